#pragma once

#include <cstdint>
#include <vector>

#include "harness/data/image.h"

namespace harness {

/// The pixels of one axis that a bilinear resize reads, and their weights: entry i of the result is
/// source[first[i]] * first_weight[i] + source[second[i]] * second_weight[i].
struct AxisWeights {
  std::vector<std::int32_t> first;
  std::vector<std::int32_t> second;
  std::vector<float> first_weight;
  std::vector<float> second_weight;
};

/// Bilinear resize of class maps and argmax over the classes in one pass, row by row: the resized
/// maps are never stored. Arithmetic: that of LibTorch 2.11's at::upsample_bilinear2d for
/// contiguous float and half maps on a CPU with fused multiply-add (aten/src/ATen/native/cpu/
/// UpSampleKernel.cpp): float inside, along rows first, one rounding to half at the end. The caller
/// must check that this holds on this machine, by comparing resized() with LibTorch's result.
class BilinearArgmax {
 public:
  /// half: weights are rounded to half (the second, then one minus it), and so is every resized
  /// value.
  /// Throws std::invalid_argument when a side is not positive.
  BilinearArgmax(const ImageSize& from, const ImageSize& to, bool align_corners, bool half);

  /// The maps resized, {classes, to.height, to.width}; for tests and for the comparison above.
  /// maps: {classes, from.height, from.width}, finite.
  std::vector<float> resized(const float* maps, std::int64_t classes) const;

  struct Classes {
    std::vector<std::uint8_t> first_largest;  ///< Per pixel: the first class of the largest value.
    std::vector<std::int64_t> close;  ///< Ascending: pixels where another value is less than
                                      ///< `margin` below the largest.
  };
  /// maps as above with 1 to 255 classes. Uses LibTorch's threads, a block of rows each.
  Classes argmax(const float* maps, std::int64_t classes, float margin) const;

  /// The resized values of all classes at one pixel.
  std::vector<float> values_at(const float* maps, std::int64_t classes, std::int64_t pixel) const;

 private:
  struct Stretched;
  void stretch(const float* maps, std::int64_t classes, std::int64_t row,
               std::vector<float>& result) const;
  void move_to(const float* maps, std::int64_t classes, std::int64_t row,
               Stretched& stretched) const;
  void blend(const Stretched& stretched, std::int64_t row, std::int64_t at_class,
             float* result) const;
  std::vector<std::int64_t> argmax_rows(const float* maps, std::int64_t classes, float margin,
                                        std::int64_t begin, std::int64_t end,
                                        std::uint8_t* result) const;

  ImageSize from_;
  ImageSize to_;
  bool half_;
  AxisWeights vertical_;
  AxisWeights horizontal_;
};

}  // namespace harness
