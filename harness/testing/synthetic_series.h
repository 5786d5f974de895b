#pragma once

#include <cmath>
#include <cstddef>
#include <numbers>
#include <random>
#include <vector>

namespace harness {

/// For tests and benchmarks: series of measurements with normal noise of standard deviation 1, the
/// same on every machine.
class SyntheticSeries {
 public:
  explicit SyntheticSeries(unsigned seed) : engine_(seed) {}

  /// Box and Muller; std::normal_distribution is not the same with every library.
  double normal() {
    const double u = 1.0 - uniform();
    return std::sqrt(-2.0 * std::log(u)) * std::cos(2.0 * std::numbers::pi * uniform());
  }

  /// Quiet for `step` 0; else higher by it from point `at` on.
  std::vector<double> stepped(std::size_t points, std::size_t at, double step) {
    std::vector<double> series;
    for (std::size_t i = 0; i < points; ++i) series.push_back(normal() + (i < at ? 0.0 : step));
    return series;
  }

  /// Rises by `rise` from the first to the last point.
  std::vector<double> drifting(std::size_t points, double rise) {
    std::vector<double> series = stepped(points, points, 0.0);
    const auto last = static_cast<double>(points - 1);
    for (std::size_t i = 0; i < points; ++i) series[i] += rise * static_cast<double>(i) / last;
    return series;
  }

  /// Quiet, with each point an outlier of 5 to 15 standard deviations at a rate of `share`.
  std::vector<double> with_outliers(std::size_t points, double share) {
    std::vector<double> series = stepped(points, points, 0.0);
    for (double& value : series) {
      if (uniform() < share) value += 5.0 + 10.0 * uniform();
    }
    return series;
  }

 private:
  double uniform() { return static_cast<double>(engine_() >> 11) * 0x1p-53; }

  std::mt19937_64 engine_;
};

}  // namespace harness
