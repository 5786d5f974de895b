#include "models/losses.h"

#include <ATen/autocast_mode.h>
#include <c10/core/impl/LocalDispatchKeySet.h>
#include <torch/nn/functional/loss.h>

#include "models/resize.h"

namespace models {
namespace {

/// {N, H, W}, checked against the batch.
torch::Tensor flat_labels(const torch::Tensor& labels, const torch::Tensor& images) {
  const auto flat = labels.dim() == 4 ? labels.squeeze(1) : labels;
  TORCH_CHECK(
      flat.dim() == 3 && flat.size(0) == images.size(0) && flat.scalar_type() == torch::kLong,
      "losses: expected int64 labels {", images.size(0), ", 1, H, W} or {", images.size(0),
      ", H, W}, got ", labels.sizes(), " of ", labels.scalar_type());
  return flat;
}

void add_head(Losses& losses, const std::string& prefix, const torch::Tensor& logits,
              const torch::Tensor& labels, bool align_corners, const HeadLoss& loss,
              int64_t ignore_index) {
  const auto wide = logits.scalar_type() == torch::kDouble ? logits : logits.to(torch::kFloat);
  const auto resized = resize_like(wide, labels.unsqueeze(1), align_corners);
  losses.emplace_back(
      prefix + ".loss_seg",
      loss.weight * mean_cross_entropy(resized, labels, ignore_index, loss.class_weight));
  losses.emplace_back(prefix + ".acc_seg", pixel_accuracy(resized.detach(), labels));
}

}  // namespace

torch::Tensor mean_cross_entropy(const torch::Tensor& logits, const torch::Tensor& labels,
                                 int64_t ignore_index, const std::vector<double>& class_weight) {
  namespace F = torch::nn::functional;
  auto options = F::CrossEntropyFuncOptions().reduction(torch::kNone).ignore_index(ignore_index);
  if (!class_weight.empty()) options.weight(torch::tensor(class_weight, logits.options()));
  return F::cross_entropy(logits, labels, options).mean();
}

torch::Tensor pixel_accuracy(const torch::Tensor& logits, const torch::Tensor& labels) {
  const auto right = logits.argmax(/*dim=*/1).eq(labels);
  return right.sum().to(torch::kFloat).mul(100.0 / static_cast<double>(labels.numel())).view({1});
}

Losses segmentation_losses(EncoderDecoder& model, const torch::Tensor& images,
                           const torch::Tensor& labels, const LossOptions& options,
                           const std::function<void()>& on_logits) {
  const auto flat = flat_labels(labels, images);
  const auto features = model->forward_features(images);
  const auto decoded = model->forward_decode(features);
  const bool has_auxiliary = model->has_auxiliary_head();
  const auto auxiliary = has_auxiliary ? model->forward_auxiliary(features) : torch::Tensor();
  if (on_logits) on_logits();
  const c10::impl::ExcludeDispatchKeyGuard no_autocast(c10::autocast_dispatch_keyset);
  Losses losses;
  add_head(losses, "decode", decoded, flat, model->decode_head().align_corners, options.decode,
           options.ignore_index);
  if (has_auxiliary) {
    add_head(losses, "aux", auxiliary, flat, model->auxiliary_head().align_corners,
             options.auxiliary, options.ignore_index);
  }
  return losses;
}

}  // namespace models
