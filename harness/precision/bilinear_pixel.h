#pragma once

#include <cstdint>

#include "harness/precision/host_device.h"

namespace harness {

/// One pixel of a bilinear resize, as LibTorch 2.11 computes it on a GPU for contiguous maps of
/// half and of float (aten/src/ATen/native/cuda/UpSampleBilinear2d.cu; which products are fused was
/// read from the machine code of the library for sm_90): float inside, weights in float even for
/// half, rounded once at the end. LibTorch's resize of float maps on a CPU that fuses
/// multiplications computes the same bits; its resize of half maps does not, because it rounds the
/// weights to half.

/// One axis of a resize between two different sizes.
struct BilinearAxis {
  std::int32_t from = 1;  ///< Pixels of the source.
  float scale = 1.0F;     ///< Of them for one pixel of the result.
  bool align_corners = false;
};

/// from, to: 1 or more.
inline BilinearAxis bilinear_axis(std::int64_t from, std::int64_t to, bool align_corners) {
  BilinearAxis axis{static_cast<std::int32_t>(from), 0.0F, align_corners};
  if (!align_corners) {
    axis.scale = static_cast<float>(from) / static_cast<float>(to);
  } else if (to > 1) {
    axis.scale = static_cast<float>(from - 1) / static_cast<float>(to - 1);
  }
  return axis;
}

/// The two pixels of the source that a pixel of the result lies between, and their weights.
struct BilinearPlace {
  std::int32_t first;
  std::int32_t second;
  float first_weight;
  float second_weight;
};

HALFPROOF_HOST_DEVICE inline BilinearPlace place_on(const BilinearAxis& axis, std::int32_t index) {
  const auto position = static_cast<float>(index);
  float source = axis.align_corners ? product(axis.scale, position)
                                    : fused_product(axis.scale, position + 0.5F, -0.5F);
  if (!axis.align_corners && source < 0.0F) source = 0.0F;
  const auto first = static_cast<std::int32_t>(source);
  const float second_weight = source - static_cast<float>(first);
  return {first, first < axis.from - 1 ? first + 1 : first, 1.0F - second_weight, second_weight};
}

/// The value of one map at a pixel of the result. Scalar: float, or a half that converts to and
/// from float. map: rows of `width` values.
template <typename Scalar>
HALFPROOF_HOST_DEVICE float resized_value(const Scalar* map, std::int32_t width,
                                          const BilinearPlace& down, const BilinearPlace& along) {
  const auto blend = [&](const Scalar* row) {
    return fused_product(along.first_weight, static_cast<float>(row[along.first]),
                         product(along.second_weight, static_cast<float>(row[along.second])));
  };
  const auto row = [&](std::int32_t y) { return map + static_cast<std::int64_t>(y) * width; };
  const float bottom = product(down.second_weight, blend(row(down.second)));
  return static_cast<float>(
      static_cast<Scalar>(fused_product(down.first_weight, blend(row(down.first)), bottom)));
}

/// Finds the class that argmax finds: the first that is not a number, else the first of the largest
/// value.
class FirstLargest {
 public:
  /// In the order of the classes.
  HALFPROOF_HOST_DEVICE void see(std::int32_t number, float value) {
    all_finite_ = all_finite_ && value - value == 0.0F;
    const bool is_first_nan = value != value && largest_ == largest_;
    if (!is_first_nan && !(value > largest_)) return;
    before_ = largest_;
    largest_ = value;
    number_ = number;
  }

  HALFPROOF_HOST_DEVICE std::int32_t number() const { return number_; }

  /// Whether softmax before argmax could choose another class: its rounding may make a value that
  /// is less than `margin` below the largest equal to it, and then the first of the two wins, which
  /// matters only where the smaller one comes first. What is not finite is not decided here.
  HALFPROOF_HOST_DEVICE bool is_close(float margin) const {
    return !all_finite_ || largest_ - before_ < margin;
  }

 private:
  float largest_ = -INFINITY;
  float before_ = -INFINITY;  ///< The largest of the classes before number_.
  std::int32_t number_ = 0;
  bool all_finite_ = true;
};

/// All maps and both axes of a resize. maps: {classes, rows, columns} of the source.
template <typename Scalar>
struct BilinearMaps {
  const Scalar* maps;
  std::int32_t classes;
  BilinearAxis vertical;
  BilinearAxis horizontal;
  std::int32_t width;  ///< Pixels of a row of the result.
};

/// Calls see(class, value) for every class at one pixel of the result, counted row by row.
template <typename Scalar, typename See>
HALFPROOF_HOST_DEVICE void each_resized_value(const BilinearMaps<Scalar>& maps, std::int64_t pixel,
                                              See&& see) {
  const auto down = place_on(maps.vertical, static_cast<std::int32_t>(pixel / maps.width));
  const auto along = place_on(maps.horizontal, static_cast<std::int32_t>(pixel % maps.width));
  const auto plane = static_cast<std::int64_t>(maps.vertical.from) * maps.horizontal.from;
  for (std::int32_t number = 0; number < maps.classes; ++number) {
    see(number, resized_value(maps.maps + number * plane, maps.horizontal.from, down, along));
  }
}

}  // namespace harness
