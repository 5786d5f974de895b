#include "harness/evaluate/bilinear_argmax.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>
#include <stdexcept>

#include <torch/types.h>

#include "harness/base/float16.h"
#include "harness/evaluate/row_kernels.h"

namespace harness {
namespace {

float as_half(float value) {
  return half_to_float(float_to_half(value));
}

AxisWeights identity_axis(std::int64_t size) {
  AxisWeights axis;
  for (std::int32_t i = 0; i < size; ++i) {
    axis.first.push_back(i);
    axis.second.push_back(i);
  }
  axis.first_weight.assign(static_cast<std::size_t>(size), 1.0F);
  axis.second_weight.assign(static_cast<std::size_t>(size), 0.0F);
  return axis;
}

float axis_scale(std::int64_t from, std::int64_t to, bool align_corners) {
  if (!align_corners) return static_cast<float>(from) / static_cast<float>(to);
  return to > 1 ? static_cast<float>(from - 1) / static_cast<float>(to - 1) : 0.0F;
}

AxisWeights axis_weights(std::int64_t from, std::int64_t to, bool align_corners, bool half) {
  if (from == to) return identity_axis(to);
  const float scale = axis_scale(from, to, align_corners);
  AxisWeights axis;
  for (std::int64_t i = 0; i < to; ++i) {
    const auto position = static_cast<float>(i);
    const float source =
        align_corners ? scale * position : std::max(std::fma(scale, position + 0.5F, -0.5F), 0.0F);
    const auto first = std::min(static_cast<std::int64_t>(source), from - 1);
    const float exact_weight = std::clamp(source - static_cast<float>(first), 0.0F, 1.0F);
    const float weight = half ? as_half(exact_weight) : exact_weight;
    axis.first.push_back(static_cast<std::int32_t>(first));
    axis.second.push_back(static_cast<std::int32_t>(std::min(first + 1, from - 1)));
    axis.first_weight.push_back(half ? as_half(1.0F - weight) : 1.0F - weight);
    axis.second_weight.push_back(weight);
  }
  return axis;
}

std::size_t unsigned_of(std::int64_t value) {
  return static_cast<std::size_t>(value);
}

}  // namespace

/// The two source rows around the current row of the result, stretched to the result's width,
/// {classes, width} each. Neighbouring rows of the result mostly share them.
struct BilinearArgmax::Stretched {
  std::vector<float> top;
  std::vector<float> bottom;
  std::int64_t top_row = -1;
  std::int64_t bottom_row = -1;
};

BilinearArgmax::BilinearArgmax(const ImageSize& from, const ImageSize& to, bool align_corners,
                               bool half)
    : from_(from), to_(to), half_(half) {
  if (std::min({from.height, from.width, to.height, to.width}) < 1) {
    throw std::invalid_argument("a bilinear resize wants at least one pixel");
  }
  vertical_ = axis_weights(from.height, to.height, align_corners, half);
  horizontal_ = axis_weights(from.width, to.width, align_corners, half);
}

void BilinearArgmax::stretch(const float* maps, std::int64_t classes, std::int64_t row,
                             std::vector<float>& result) const {
  const auto width = unsigned_of(to_.width);
  result.resize(unsigned_of(classes) * width);
  for (std::int64_t c = 0; c < classes; ++c) {
    stretch_row(maps + (c * from_.height + row) * from_.width, horizontal_.first.data(),
                horizontal_.first_weight.data(), horizontal_.second.data(),
                horizontal_.second_weight.data(), width, result.data() + unsigned_of(c) * width);
  }
}

void BilinearArgmax::move_to(const float* maps, std::int64_t classes, std::int64_t row,
                             Stretched& stretched) const {
  const std::int64_t top = vertical_.first[unsigned_of(row)];
  const std::int64_t bottom = vertical_.second[unsigned_of(row)];
  if (top != stretched.top_row) {
    if (top == stretched.bottom_row) {
      std::swap(stretched.top, stretched.bottom);
      std::swap(stretched.top_row, stretched.bottom_row);
    } else {
      stretch(maps, classes, top, stretched.top);
      stretched.top_row = top;
    }
  }
  if (bottom != stretched.bottom_row) {
    stretch(maps, classes, bottom, stretched.bottom);
    stretched.bottom_row = bottom;
  }
}

void BilinearArgmax::blend(const Stretched& stretched, std::int64_t row, std::int64_t at_class,
                           float* result) const {
  const auto width = unsigned_of(to_.width);
  const auto offset = unsigned_of(at_class) * width;
  blend_rows(stretched.top.data() + offset, vertical_.first_weight[unsigned_of(row)],
             stretched.bottom.data() + offset, vertical_.second_weight[unsigned_of(row)], width,
             result);
  if (half_) round_row_to_half(result, width);
}

std::vector<float> BilinearArgmax::resized(const float* maps, std::int64_t classes) const {
  std::vector<float> result(unsigned_of(classes) * to_.pixels());
  Stretched stretched;
  for (std::int64_t row = 0; row < to_.height; ++row) {
    move_to(maps, classes, row, stretched);
    for (std::int64_t c = 0; c < classes; ++c) {
      blend(stretched, row, c, result.data() + (c * to_.height + row) * to_.width);
    }
  }
  return result;
}

BilinearArgmax::Classes BilinearArgmax::argmax(const float* maps, std::int64_t classes,
                                               float margin) const {
  Classes result;
  result.first_largest.resize(to_.pixels());
  std::mutex close_mutex;
  at::parallel_for(0, to_.height, /*grain_size=*/8, [&](std::int64_t begin, std::int64_t end) {
    const auto close = argmax_rows(maps, classes, margin, begin, end, result.first_largest.data());
    const std::lock_guard lock(close_mutex);
    result.close.insert(result.close.end(), close.begin(), close.end());
  });
  std::sort(result.close.begin(), result.close.end());
  return result;
}

std::vector<std::int64_t> BilinearArgmax::argmax_rows(const float* maps, std::int64_t classes,
                                                      float margin, std::int64_t begin,
                                                      std::int64_t end,
                                                      std::uint8_t* result) const {
  constexpr float kLowest = -std::numeric_limits<float>::infinity();
  const auto width = unsigned_of(to_.width);
  std::vector<float> values(width);
  std::vector<float> best(width);
  std::vector<float> runner_up(width);
  std::vector<std::int32_t> best_class(width);
  std::vector<std::int64_t> close;
  Stretched stretched;
  for (std::int64_t row = begin; row < end; ++row) {
    move_to(maps, classes, row, stretched);
    std::fill(best.begin(), best.end(), kLowest);
    std::fill(runner_up.begin(), runner_up.end(), kLowest);
    std::fill(best_class.begin(), best_class.end(), 0);
    for (std::int64_t c = 0; c < classes; ++c) {
      blend(stretched, row, c, values.data());
      update_best(values.data(), static_cast<std::int32_t>(c), width, best.data(), runner_up.data(),
                  best_class.data());
    }
    for (std::size_t x = 0; x < width; ++x) {
      const auto pixel = row * to_.width + static_cast<std::int64_t>(x);
      result[pixel] = static_cast<std::uint8_t>(best_class[x]);
      if (best[x] - runner_up[x] < margin) close.push_back(pixel);
    }
  }
  return close;
}

std::vector<float> BilinearArgmax::values_at(const float* maps, std::int64_t classes,
                                             std::int64_t pixel) const {
  const auto y = unsigned_of(pixel / to_.width);
  const auto x = unsigned_of(pixel % to_.width);
  const auto along = [&](const float* row) {
    return std::fma(row[horizontal_.first[x]], horizontal_.first_weight[x],
                    row[horizontal_.second[x]] * horizontal_.second_weight[x]);
  };
  std::vector<float> values;
  for (std::int64_t c = 0; c < classes; ++c) {
    const float* map = maps + c * from_.height * from_.width;
    const float top = along(map + vertical_.first[y] * from_.width);
    const float bottom = along(map + vertical_.second[y] * from_.width);
    const float value =
        std::fma(top, vertical_.first_weight[y], bottom * vertical_.second_weight[y]);
    values.push_back(half_ ? as_half(value) : value);
  }
  return values;
}

}  // namespace harness
