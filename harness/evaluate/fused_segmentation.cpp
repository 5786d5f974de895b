#include "harness/evaluate/fused_segmentation.h"

#include <algorithm>

#include <fmt/format.h>
#include <torch/types.h>

#include "harness/base/error.h"
#include "harness/evaluate/segment.h"
#include "harness/evaluate/softmax_margin.h"
#include "harness/precision/cuda_kernels.h"

namespace harness {
namespace {

/// LibTorch's softmax on a GPU adds up the classes of a column in one thread, in their order, where
/// there are more columns than this, and on a CPU computes vectors of columns alike.
constexpr std::int64_t kFewColumns = 64;
constexpr std::int64_t kColumns = 1024;

[[noreturn]] void fail(const ImageSize& size, const std::string& detail) {
  throw Error(ErrorCode::kWorkerFailed, "--fused-segmentation",
              fmt::format("expected LibTorch's results for images of {}, got {}; run without it",
                          size_text(size), detail));
}

}  // namespace

bool FusedSegmentation::fits(const torch::Tensor& logits, const ImageSize& input,
                             const ImageSize& original) {
  const bool known = logits.scalar_type() == torch::kFloat || logits.scalar_type() == torch::kHalf;
  return known && logits.dim() == 4 && logits.size(0) == 1 && logits.size(1) >= 1 &&
         logits.size(1) <= 255 && logits.numel() > 0 && input == original &&
         ImageSize{logits.size(2), logits.size(3)} != original &&
         original.pixels() > static_cast<std::size_t>(kFewColumns);
}

torch::Tensor FusedSegmentation::classes(const torch::Tensor& logits, const ImageSize& size) const {
  if (cuda_kernels().upsample_argmax == nullptr || cuda_kernels().upsample_at == nullptr) {
    fail(size, "no kernels: halfproof's CUDA parts are not loaded");
  }
  const auto packed = logits.contiguous();
  const Geometry geometry{packed.size(1), packed.size(2), packed.size(3),
                          size.height,    size.width,     packed.scalar_type()};
  {
    const std::lock_guard lock(mutex_);
    if (!proven_.contains(geometry)) {
      require_libtorchs_results(packed, size);
      proven_.insert(geometry);
    }
  }
  return computed(packed, size);
}

torch::Tensor FusedSegmentation::computed(const torch::Tensor& logits,
                                          const ImageSize& size) const {
  const auto bytes = torch::TensorOptions(torch::kByte).device(logits.device());
  auto classes = torch::empty({1, size.height, size.width}, bytes);
  auto close = torch::empty(classes.sizes(), bytes.dtype(torch::kBool));
  cuda_kernels().upsample_argmax(logits, align_corners_, softmax_margin(logits.scalar_type()),
                                 classes, close);
  const auto pixels = close.flatten().nonzero().flatten();
  if (pixels.numel() == 0) return classes;
  const auto chosen = class_indices(values_at(logits, size, pixels).softmax(1)).flatten();
  classes.flatten().index_copy_(0, pixels, chosen.slice(0, 0, pixels.numel()));
  return classes;
}

torch::Tensor FusedSegmentation::values_at(const torch::Tensor& logits, const ImageSize& size,
                                           const torch::Tensor& pixels) const {
  const auto count = (pixels.numel() + kColumns - 1) / kColumns * kColumns;
  auto columns = torch::zeros({1, logits.size(1), 1, count}, logits.options());
  cuda_kernels().upsample_at(logits, size.height, size.width, align_corners_, pixels, columns);
  return columns;
}

void FusedSegmentation::require_libtorchs_results(const torch::Tensor& logits,
                                                  const ImageSize& size) const {
  auto generator = at::detail::createCPUGenerator(/*seed_val=*/1);
  const auto drawn = torch::randn(logits.sizes(), generator).to(logits.device());
  const auto count = size.height * size.width;
  const auto pixels = torch::arange(count, logits.options().dtype(torch::kLong));
  // The smaller ones are so close that softmax makes many of them equal.
  for (const double spread : {8.0, 8.0 * softmax_margin(logits.scalar_type())}) {
    const auto maps = (drawn * spread).to(logits.scalar_type());
    const auto resized = at::upsample_bilinear2d(maps, {size.height, size.width}, align_corners_);
    const auto values = values_at(maps, size, pixels).slice(3, 0, count);
    if (!torch::equal(values.flatten(), resized.flatten())) fail(size, "another resize");
    if (!torch::equal(computed(maps, size), class_indices(resized.softmax(1)))) {
      fail(size, "other classes");
    }
  }
}

}  // namespace harness
