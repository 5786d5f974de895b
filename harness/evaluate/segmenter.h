#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <tuple>

#include <torch/types.h>

#include "harness/data/image.h"
#include "harness/evaluate/bilinear_argmax.h"

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
class Segmenter {
 public:
  explicit Segmenter(bool align_corners) : align_corners_(align_corners) {}

  /// As segment_plainly(). May be called from several threads at a time.
  LabelMap segment(const torch::Tensor& logits, const ImageSize& input,
                   const ImageSize& original) const;

  /// Whether the fast implementation is used for such logits on this machine.
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
  mutable std::mutex mutex_;
  mutable std::map<Geometry, std::shared_ptr<const BilinearArgmax>> plans_;
};

}  // namespace harness
