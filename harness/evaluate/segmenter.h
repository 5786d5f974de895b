#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <tuple>

#include <torch/types.h>

#include "harness/data/image.h"
#include "harness/evaluate/bilinear_argmax.h"
#include "harness/evaluate/fused_segmentation.h"

namespace harness {

/// Computes what segment_plainly() does, pixel for pixel, faster where possible: for float and half
/// logits on a CPU whose last resize keeps the size, resize and argmax are one pass and softmax is
/// omitted.
///
/// Softmax keeps the order of the logits but rounds, so two close logits may become equal
/// probabilities, and then the first class wins. Pixels where this could happen are soft-maxed by
/// LibTorch. For every new geometry the resize is first compared with LibTorch's, bit by bit, on
/// random maps; where they differ (another LibTorch, another CPU), and for logits that are not
/// finite, segment_plainly() is used.
///
/// On a GPU the plain way is taken unless it is asked for fused_segmentation.h.
class Segmenter {
 public:
  explicit Segmenter(bool align_corners, bool fuses_on_gpu = false)
      : align_corners_(align_corners), fuses_on_gpu_(fuses_on_gpu), fused_(align_corners) {}

  /// As segment_plainly(). May be called from several threads at a time. Throws
  /// FusedSegmentation::classes()'s Error.
  LabelMap segment(const torch::Tensor& logits, const ImageSize& input,
                   const ImageSize& original) const;

  /// The same as class_indices() returns it, on the logits' GPU, before the copy to the host.
  torch::Tensor classes_on_gpu(const torch::Tensor& logits, const ImageSize& input,
                               const ImageSize& original) const;

  /// Whether the fast implementation on the CPU is used for such logits on this machine.
  bool is_fast(const torch::Tensor& logits, const ImageSize& input,
               const ImageSize& original) const;

 private:
  /// Classes, logits' height and width, the image's height and width, whether the logits are half.
  using Geometry =
      std::tuple<std::int64_t, std::int64_t, std::int64_t, std::int64_t, std::int64_t, bool>;
  /// Null: LibTorch's resize differs, and the plain implementation is used.
  std::shared_ptr<const BilinearArgmax> plan_for(const torch::Tensor& logits,
                                                 const ImageSize& size) const;

  bool align_corners_;
  bool fuses_on_gpu_;
  FusedSegmentation fused_;
  mutable std::mutex mutex_;
  mutable std::map<Geometry, std::shared_ptr<const BilinearArgmax>> plans_;
};

}  // namespace harness
