#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "harness/record/evaluation_record.h"

namespace harness {

/// How much the difference of two mIoUs would vary over other samples of such images.
struct BootstrapInterval {
  double low = 0.0;   ///< 2.5 % quantile of the difference, in points.
  double high = 0.0;  ///< 97.5 % quantile.
  std::int64_t images = 0;
  int resamples = 0;  ///< Resamples in which any pixel was counted.
};

/// Paired percentile bootstrap over images (Efron and Tibshirani 1993, chapter 13) of
/// mIoU - mIoU of the reference: an image is drawn with its counts of both.
///
/// A class that has an empty union in a resample takes no part in that resample's mean.
/// Deterministic: draw k of resample r is a function of (seed, r, k) alone.
/// Nullopt when there are fewer than two images, a negative count, or images with different numbers
/// of classes.
std::optional<BootstrapInterval> bootstrap_difference(const std::vector<PairedCounts>& per_image,
                                                      int resamples = 2000, std::uint64_t seed = 0);

}  // namespace harness
