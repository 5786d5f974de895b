#pragma once

#include <optional>

#include "harness/data/image.h"
#include "harness/data/random_stream.h"

namespace harness {

/// The limits of colour distortion. Defaults: mmseg 0.17.0,
/// mmseg/datasets/pipelines/transforms.py, PhotoMetricDistortion.
struct PhotometricRanges {
  double brightness_delta = 32;
  double contrast_lower = 0.5;
  double contrast_upper = 1.5;
  double saturation_lower = 0.5;
  double saturation_upper = 1.5;
  int hue_delta = 18;  ///< 1 to 180, in half degrees.
};

/// The random values of one image. An empty value: this part is not changed.
struct PhotometricDraws {
  std::optional<double> brightness = {};  ///< Added.
  bool contrast_first = false;            ///< Contrast before saturation and hue, else after them.
  std::optional<double> contrast = {};    ///< A factor.
  std::optional<double> saturation = {};  ///< A factor in HSV.
  std::optional<int> hue = {};            ///< Added modulo 180, in HSV.
};

/// Draws in the source's order: coin and value of brightness, coin of contrast_first, then of
/// contrast, saturation, hue in the order in which they are applied. A coin is integer(0, 2), a
/// value real(lower, upper), a hue integer(-hue_delta, hue_delta), which never gives the upper end.
PhotometricDraws draw_photometric(const PhotometricRanges& ranges, RandomStream& stream);

/// Distorts colours in place.
///
/// Each step: the byte as float32, multiplied and added to in float32, clamped to 0 and 255,
/// truncated. HSV is OpenCV's with 8 bits, hue 0 to 179; saturation and hue each convert to it and
/// back. All values of `draws` must be finite.
/// Source: mmseg 0.17.0, mmseg/datasets/pipelines/transforms.py, PhotoMetricDistortion.
void distort_colors(Image& image, const PhotometricDraws& draws);

}  // namespace harness
