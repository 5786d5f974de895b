#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <torch/torch.h>

#include "models/encoder_decoder.h"

namespace models {

/// Defaults: mmseg 0.17.0, configs/_base_/models/*_r50-d8.py.
struct LossOptions {
  int64_t ignore_index = 255;
  double auxiliary_weight = 0.4;
};

/// What a training iteration reports: names and tensors of one element.
using Losses = std::vector<std::pair<std::string, torch::Tensor>>;

/// Softmax cross entropy, averaged over all pixels: ignored ones count with 0 and are in the
/// denominator (mmseg 0.17.0, mmseg/models/losses/cross_entropy_loss.py: reduction "none", then a
/// plain mean). logits: {N, C, H, W}. labels: {N, H, W} int64.
torch::Tensor mean_cross_entropy(const torch::Tensor& logits, const torch::Tensor& labels,
                                 int64_t ignore_index);

/// Percentage of pixels whose greatest logit is the label's, {1}, over all pixels: an ignored one
/// is never right (mmseg 0.17.0, mmseg/models/losses/accuracy.py). Shapes as above.
torch::Tensor pixel_accuracy(const torch::Tensor& logits, const torch::Tensor& labels);

/// Forward pass and losses of mmseg 0.5 to 0.17: "decode.loss_seg", "decode.acc_seg", and with an
/// auxiliary head "aux.loss_seg" (already times its weight) and "aux.acc_seg". Logits are cast to
/// float (double stays double) and resized to the labels before the loss, with autocast off.
/// images: {N, 3, H, W} in the dtype the model takes. labels: {N, 1, H, W} or {N, H, W} int64.
Losses segmentation_losses(EncoderDecoder& model, const torch::Tensor& images,
                           const torch::Tensor& labels, const LossOptions& options = {});

}  // namespace models
