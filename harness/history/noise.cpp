#include "harness/history/noise.h"

#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "harness/base/statistics/median.h"

namespace harness {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kDeviationOfMedian = 1.4826;  // 1 / the normal distribution's quantile at 3/4.

}  // namespace

Noise noise_of(std::span<const double> series) {
  if (series.size() < kPointsForExact) return {kNan, series.size()};
  std::vector<double> moves;
  for (std::size_t i = 1; i < series.size(); ++i) {
    moves.push_back(std::abs(series[i] - series[i - 1]));
  }
  const double sd = kDeviationOfMedian * median(std::move(moves)) / std::numbers::sqrt2;
  const bool is_known = sd == 0.0 || series.size() >= kPointsForNoise;
  return {is_known ? sd : kNan, series.size()};
}

double largest_quiet_move(const Noise& noise, std::size_t level_points) {
  const auto n = static_cast<double>(noise.points);
  const double quantile = 3.29 + 31.0 / n + 200.0 / (n * n);
  const double of_level = std::numbers::pi / (2.0 * static_cast<double>(level_points));
  return quantile * noise.sd * std::sqrt(1.0 + of_level);
}

}  // namespace harness
