#include "harness/base/statistics/block_bootstrap.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>

#include "harness/base/statistics/median.h"

namespace harness {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kResamples = 2000;
constexpr double kTail = 0.025;

using Draw = std::vector<std::size_t>;

/// The finaliser of SplitMix64 (Steele, Lea and Flood 2014) over a counter.
std::uint64_t random_bits(std::uint64_t counter) {
  std::uint64_t z = (counter + 1) * 0x9E3779B97F4A7C15u;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

/// Nearest rank.
double quantile(const std::vector<double>& sorted, double share) {
  const auto rank = static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1) + 0.5);
  return sorted[rank];
}

Interval bootstrap(std::size_t units, const std::function<double(const Draw&)>& statistic) {
  if (units < 2) return {kNan, kNan};
  std::vector<double> values;
  Draw drawn(units);
  for (std::size_t resample = 0; resample < kResamples; ++resample) {
    for (std::size_t k = 0; k < units; ++k) {
      drawn[k] = static_cast<std::size_t>(random_bits(resample * units + k) % units);
    }
    values.push_back(statistic(drawn));
    if (std::isnan(values.back())) return {kNan, kNan};
  }
  std::sort(values.begin(), values.end());
  return {quantile(values, kTail), quantile(values, 1.0 - kTail)};
}

bool has_empty(const Blocks& blocks) {
  return std::any_of(blocks.begin(), blocks.end(), [](const auto& block) { return block.empty(); });
}

/// Of each round; empty where blocks do not correspond.
std::vector<double> ratios_of(const Blocks& reference, const Blocks& other) {
  std::vector<double> ratios;
  if (reference.size() != other.size()) return ratios;
  for (std::size_t i = 0; i < other.size(); ++i) {
    ratios.push_back(median(reference[i]) / median(other[i]));
  }
  return ratios;
}

}  // namespace

double median_of_blocks(const Blocks& blocks) {
  std::vector<double> all;
  for (const auto& block : blocks) all.insert(all.end(), block.begin(), block.end());
  return median(std::move(all));
}

Interval median_interval(const Blocks& blocks) {
  if (has_empty(blocks)) return {kNan, kNan};
  std::vector<double> all;
  return bootstrap(blocks.size(), [&](const Draw& drawn) {
    all.clear();
    for (const std::size_t i : drawn) all.insert(all.end(), blocks[i].begin(), blocks[i].end());
    return median(all);
  });
}

double median_ratio(const Blocks& reference, const Blocks& other) {
  return median(ratios_of(reference, other));
}

Interval ratio_interval(const Blocks& reference, const Blocks& other) {
  const std::vector<double> ratios = ratios_of(reference, other);
  std::vector<double> chosen(ratios.size());
  return bootstrap(ratios.size(), [&](const Draw& drawn) {
    std::transform(drawn.begin(), drawn.end(), chosen.begin(),
                   [&](std::size_t i) { return ratios[i]; });
    return median(chosen);
  });
}

}  // namespace harness
