#include "harness/evaluate/segment.h"

#include <cstring>

#include <torch/types.h>

namespace harness {
namespace {

torch::Tensor resize(const torch::Tensor& maps, const ImageSize& size, bool align_corners) {
  return at::upsample_bilinear2d(maps, {size.height, size.width}, align_corners);
}

}  // namespace

torch::Tensor class_probabilities(const torch::Tensor& logits, const ImageSize& input,
                                  const ImageSize& original, bool align_corners) {
  TORCH_CHECK(logits.dim() == 4 && logits.size(0) == 1 && logits.is_floating_point(),
              "expected floating logits {1, classes, h, w}, got ", logits.scalar_type(), " ",
              logits.sizes());
  // LibTorch resizes channels-last maps with another order of operations, so with other last bits.
  const auto at_input = resize(logits.contiguous(), input, align_corners);
  // LibTorch copies maps that keep their size on a GPU; on a CPU it computes them, and what is not
  // finite spreads to a neighbour.
  const bool is_copy = logits.is_cuda() && input == original;
  return (is_copy ? at_input : resize(at_input, original, align_corners)).softmax(1);
}

torch::Tensor class_indices(const torch::Tensor& probabilities) {
  TORCH_CHECK(probabilities.dim() == 4 && probabilities.size(0) == 1 &&
                  probabilities.size(1) >= 1 && probabilities.size(1) <= 255,
              "expected probabilities {1, 1 to 255 classes, h, w}, got ", probabilities.sizes());
  return probabilities.argmax(1).to(torch::kByte);
}

LabelMap to_label_map(const torch::Tensor& indices) {
  const auto classes = indices.cpu().contiguous();
  LabelMap map{{classes.size(1), classes.size(2)}, {}};
  map.classes.resize(map.size.pixels());
  std::memcpy(map.classes.data(), classes.const_data_ptr<std::uint8_t>(), map.classes.size());
  return map;
}

LabelMap most_probable_class(const torch::Tensor& probabilities) {
  return to_label_map(class_indices(probabilities));
}

LabelMap segment_plainly(const torch::Tensor& logits, const ImageSize& input,
                         const ImageSize& original, bool align_corners) {
  return most_probable_class(class_probabilities(logits, input, original, align_corners));
}

std::int64_t count_non_finite(const torch::Tensor& tensor) {
  return tensor.numel() - at::isfinite(tensor).sum().item<std::int64_t>();
}

}  // namespace harness
