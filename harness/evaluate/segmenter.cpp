#include "harness/evaluate/segmenter.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <torch/types.h>

#include "harness/evaluate/segment.h"
#include "harness/evaluate/softmax_margin.h"

namespace harness {
namespace {

// LibTorch's softmax computes columns in vectors and the rest at the end of the map one by one,
// with another exp. Vectors have 64 columns at most.
constexpr std::int64_t kVector = 64;

bool is_eligible(const torch::Tensor& logits, const ImageSize& input, const ImageSize& original) {
  const bool known = logits.scalar_type() == torch::kFloat || logits.scalar_type() == torch::kHalf;
  return known && logits.is_cpu() && logits.dim() == 4 && logits.size(0) == 1 &&
         logits.size(1) >= 1 && logits.size(1) <= 255 && logits.numel() > 0 && input == original;
}

bool reproduces_libtorch(const BilinearArgmax& plan, const torch::Tensor& logits,
                         const ImageSize& size, bool align_corners) {
  // LibTorch has other kernels for three maps, and for fewer than four.
  const auto maps_count = std::min<std::int64_t>(logits.size(1), 4);
  auto generator = at::detail::createCPUGenerator(/*seed_val=*/1);
  const auto maps = (torch::randn({1, maps_count, logits.size(2), logits.size(3)}, generator) * 8)
                        .to(logits.scalar_type());
  const auto expected =
      at::upsample_bilinear2d(maps, {size.height, size.width}, align_corners).to(torch::kFloat);
  const auto resized = plan.resized(maps.to(torch::kFloat).const_data_ptr<float>(), maps_count);
  return torch::equal(torch::from_blob(const_cast<float*>(resized.data()), expected.sizes()),
                      expected);
}

/// The class that softmax and argmax choose at each of `pixels`.
std::vector<std::uint8_t> soft_maxed(const BilinearArgmax& plan, const torch::Tensor& maps,
                                     torch::ScalarType dtype,
                                     const std::vector<std::int64_t>& pixels) {
  const auto classes = maps.size(1);
  const auto count = static_cast<std::int64_t>(pixels.size());
  auto columns = torch::zeros({1, classes, 1, (count + kVector - 1) / kVector * kVector});
  auto column = columns.accessor<float, 4>();
  for (std::int64_t i = 0; i < count; ++i) {
    const auto values =
        plan.values_at(maps.const_data_ptr<float>(), classes, pixels[static_cast<std::size_t>(i)]);
    for (std::int64_t c = 0; c < classes; ++c) {
      column[0][c][0][i] = values[static_cast<std::size_t>(c)];
    }
  }
  return most_probable_class(columns.to(dtype).softmax(1)).classes;
}

}  // namespace

LabelMap Segmenter::segment(const torch::Tensor& logits, const ImageSize& input,
                            const ImageSize& original) const {
  if (logits.is_cuda()) return to_label_map(classes_on_gpu(logits, input, original));
  const auto plan = is_eligible(logits, input, original) ? plan_for(logits, original) : nullptr;
  if (plan == nullptr || count_non_finite(logits) > 0) {
    return segment_plainly(logits, input, original, align_corners_);
  }
  const auto maps = logits.to(torch::kFloat).contiguous();
  auto classes = plan->argmax(maps.const_data_ptr<float>(), maps.size(1),
                              softmax_margin(logits.scalar_type()));
  if (!classes.close.empty()) {
    if (original.height * original.width % kVector != 0) {
      return segment_plainly(logits, input, original, align_corners_);
    }
    const auto chosen = soft_maxed(*plan, maps, logits.scalar_type(), classes.close);
    for (std::size_t i = 0; i < classes.close.size(); ++i) {
      classes.first_largest[static_cast<std::size_t>(classes.close[i])] = chosen[i];
    }
  }
  return {original, std::move(classes.first_largest)};
}

torch::Tensor Segmenter::classes_on_gpu(const torch::Tensor& logits, const ImageSize& input,
                                        const ImageSize& original) const {
  if (fuses_on_gpu_ && FusedSegmentation::fits(logits, input, original)) {
    return fused_.classes(logits, original);
  }
  return class_indices(class_probabilities(logits, input, original, align_corners_));
}

bool Segmenter::is_fast(const torch::Tensor& logits, const ImageSize& input,
                        const ImageSize& original) const {
  return is_eligible(logits, input, original) && plan_for(logits, original) != nullptr;
}

std::shared_ptr<const BilinearArgmax> Segmenter::plan_for(const torch::Tensor& logits,
                                                          const ImageSize& size) const {
  const bool half = logits.scalar_type() == torch::kHalf;
  const Geometry geometry{logits.size(1), logits.size(2), logits.size(3),
                          size.height,    size.width,     half};
  const std::lock_guard lock(mutex_);
  if (const auto known = plans_.find(geometry); known != plans_.end()) return known->second;
  auto plan = std::make_shared<const BilinearArgmax>(ImageSize{logits.size(2), logits.size(3)},
                                                     size, align_corners_, half);
  if (!reproduces_libtorch(*plan, logits, size, align_corners_)) plan = nullptr;
  return plans_[geometry] = plan;
}

}  // namespace harness
