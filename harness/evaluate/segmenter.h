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

/// segment_plainly(), pixel for pixel, in less time where it can be: for float and half logits on a
/// CPU whose last resize keeps the size, resize and argmax are one pass and softmax is left out.
///
/// Softmax keeps the order of the logits but rounds, so two close logits may become one
/// probability, of which the first class wins. Pixels where this could happen are soft-maxed by
/// LibTorch. For every new geometry the resize is first held against LibTorch's, bit by bit, on
/// random maps; where they differ (another LibTorch, another CPU), and for logits that are not
/// finite, it goes the plain way.
class Segmenter {
 public:
  explicit Segmenter(bool align_corners) : align_corners_(align_corners) {}

  /// As segment_plainly(). May be called from several threads at a time.
  LabelMap segment(const torch::Tensor& logits, const ImageSize& input,
                   const ImageSize& original) const;

  /// Whether such logits go the fast way on this machine.
  bool is_fast(const torch::Tensor& logits, const ImageSize& input,
               const ImageSize& original) const;

 private:
  /// Classes, logits' height and width, the image's height and width, whether the logits are half.
  using Geometry =
      std::tuple<std::int64_t, std::int64_t, std::int64_t, std::int64_t, std::int64_t, bool>;
  /// Null: LibTorch computes something else.
  std::shared_ptr<const BilinearArgmax> plan_for(const torch::Tensor& logits,
                                                 const ImageSize& size) const;

  bool align_corners_;
  mutable std::mutex mutex_;
  mutable std::map<Geometry, std::shared_ptr<const BilinearArgmax>> plans_;
};

}  // namespace harness
