#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <torch/nn/functional/loss.h>
#include <torch/types.h>

#include "models/encoder_decoder.h"

namespace models {

/// CrossEntropyLoss of one head.
struct HeadLoss {
  double weight = 1.0;                    ///< Multiplies the mean (loss_weight).
  std::vector<double> class_weight = {};  ///< Of each class; empty: all count alike.
};

/// Defaults: mmseg 0.17.0, configs/_base_/models/*_r50-d8.py.
struct LossOptions {
  int64_t ignore_index = 255;
  HeadLoss decode{};
  HeadLoss auxiliary{.weight = 0.4};
};

/// What a training iteration reports: names and tensors of one element.
using Losses = std::vector<std::pair<std::string, torch::Tensor>>;

/// Softmax cross entropy, averaged over all pixels: ignored ones count with 0 and are in the
/// denominator (mmseg 0.17.0, mmseg/models/losses/cross_entropy_loss.py: reduction "none", then a
/// plain mean). A class weight multiplies the pixels of its class and does not change the
/// denominator. logits: {N, C, H, W}. labels: {N, H, W} int64. class_weight: C values, or none.
torch::Tensor mean_cross_entropy(const torch::Tensor& logits, const torch::Tensor& labels,
                                 int64_t ignore_index,
                                 const std::vector<double>& class_weight = {});

/// Percentage of pixels whose greatest logit is the label's, {1}, over all pixels: an ignored one
/// is never right (mmseg 0.17.0, mmseg/models/losses/accuracy.py). Shapes as above.
torch::Tensor pixel_accuracy(const torch::Tensor& logits, const torch::Tensor& labels);

/// Forward pass and losses of mmseg 0.5 to 0.17: "decode.loss_seg", "decode.acc_seg", and with an
/// auxiliary head "aux.loss_seg" (already times its weight) and "aux.acc_seg". Logits are cast to
/// float (double stays double) and resized to the labels, with the head's align_corners, before the
/// loss, with autocast off.
/// images: {N, 3, H, W} in the dtype the model takes. labels: {N, 1, H, W} or {N, H, W} int64.
/// on_logits, where there is one, is called between the forward pass and the losses.
Losses segmentation_losses(EncoderDecoder& model, const torch::Tensor& images,
                           const torch::Tensor& labels, const LossOptions& options = {},
                           const std::function<void()>& on_logits = {});

}  // namespace models
