#pragma once

#include <cstddef>
#include <span>

namespace harness {

/// How much a number varies from run to run on one machine while nothing changes.
struct Noise {
  /// Standard deviation; NaN where too few points tell it. 0: the number repeats exactly.
  double sd = 0.0;
  std::size_t points = 0;  ///< That it was measured from.
};

/// Points from which a noise that is not 0 is known, and from which a number is known to repeat.
inline constexpr std::size_t kPointsForNoise = 8;
inline constexpr std::size_t kPointsForExact = 4;

/// Measured from successive differences, which a change of level and a slow drift hardly touch:
/// 1.4826 * median|x[i+1] - x[i]| / sqrt(2), the median absolute deviation of the finest Haar
/// coefficients as Donoho and Johnstone (1994, "Ideal spatial adaptation by wavelet shrinkage")
/// estimate the noise of a signal. For normal noise it is the standard deviation; half of the
/// differences may be anything.
Noise noise_of(std::span<const double> series);

/// The largest distance of the next point from the median of the level's `level_points` points that
/// is still noise: exceeded by about 1 in 1000 next points of a series of normal noise. NaN where
/// the noise is not known, 0 where the number repeats exactly.
///
/// (3.29 + 31 / n + 200 / n^2) * sd * sqrt(1 + pi / (2 level_points)): 3.29 is the normal quantile,
/// the last factor that of the median's own variance, and the terms in n, fitted to 400,000 drawn
/// series for each of nine n from 8 to 120, that of the estimated sd (docs/history.md).
double largest_quiet_move(const Noise& noise, std::size_t level_points);

}  // namespace harness
