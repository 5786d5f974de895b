#pragma once

#include <mutex>
#include <set>
#include <tuple>

#include <torch/types.h>

#include "harness/data/image.h"

namespace harness {

/// What segment_plainly() computes, pixel for pixel, with halfproof's own kernels on a GPU
/// (precision/cuda_kernels.h): bilinear resize and argmax are one pass that never stores the
/// resized maps. Where softmax between the two could choose another class, because its rounding
/// makes two close logits equal or because some are not finite, LibTorch's softmax decides.
///
/// For every new geometry the resize is first compared with LibTorch's, bit by bit, and the classes
/// with the plain way's, on random and on close logits. Another result is an error: nothing falls
/// back unseen.
class FusedSegmentation {
 public:
  explicit FusedSegmentation(bool align_corners) : align_corners_(align_corners) {}

  /// Whether such logits are segmented this way: {1, 1 to 255 classes, h, w}, half or float,
  /// resized once and to another size, of more pixels than softmax treats in another way (64).
  static bool fits(const torch::Tensor& logits, const ImageSize& input, const ImageSize& original);

  /// The class of every pixel, as class_indices() returns it, on the logits' device. Only where
  /// fits(). Throws Error(kWorkerFailed) where the kernels are missing or do not compute what
  /// LibTorch does. May be called from several threads at a time.
  torch::Tensor classes(const torch::Tensor& logits, const ImageSize& size) const;

 private:
  torch::Tensor computed(const torch::Tensor& logits, const ImageSize& size) const;
  torch::Tensor values_at(const torch::Tensor& logits, const ImageSize& size,
                          const torch::Tensor& pixels) const;
  void require_libtorchs_results(const torch::Tensor& logits, const ImageSize& size) const;

  /// Classes, height and width of the logits, of the image, and the logits' type.
  using Geometry = std::tuple<std::int64_t, std::int64_t, std::int64_t, std::int64_t, std::int64_t,
                              torch::ScalarType>;

  bool align_corners_;
  mutable std::mutex mutex_;
  mutable std::set<Geometry> proven_;
};

}  // namespace harness
