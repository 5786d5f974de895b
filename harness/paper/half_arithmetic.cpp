#include "harness/paper/half_arithmetic.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "harness/base/float16.h"

namespace harness {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr std::uint16_t kMaxBits = 0x7BFF;
constexpr std::uint16_t kMinNormalBits = 0x0400;

/// The distance to a neighbour; above the largest half, that of its binade.
constexpr double kTopDistance = 32.0;

void count_update(double weight, bool up, bool is_even, UpdateCensus& census) {
  const double neighbour = up ? next_half_up(weight) : next_half_down(weight);
  const double distance = std::isinf(neighbour) ? kTopDistance : std::fabs(neighbour - weight);
  const double direction = up ? 1.0 : -1.0;
  // An eps that float holds beside every weight, so that FP32 masters would see it as well.
  constexpr double kNudge = 0x1p-12;
  const auto moves = [&](double part) {
    const double update = part * distance / 2;
    const bool moved = round_to_half(weight + direction * update) != weight;
    const double ratio = weight / update;
    if (moved) {
      census.largest_moving_ratio = std::max(census.largest_moving_ratio, ratio);
    } else {
      census.smallest_lost_ratio = std::min(census.smallest_lost_ratio, ratio);
    }
    return moved;
  };
  ++census.cases;
  census.below_moved += moves(1.0 - kNudge) ? 1 : 0;
  census.above_lost += moves(1.0 + kNudge) ? 0 : 1;
  census.ties_lost += moves(1.0) ? 0 : 1;
  census.even_weights += is_even ? 1 : 0;
}

template <typename Round>
Moments moments(std::span<const float> values, Round round) {
  const auto count = static_cast<double>(values.size());
  double sum = 0.0;
  for (const double x : values) sum = round(sum + x);
  const double mean = round(sum / round(count));
  double squares = 0.0;
  for (const double x : values) {
    const double distance = round(x - mean);
    squares = round(squares + round(distance * distance));
  }
  return {mean, round(squares / round(count))};
}

}  // namespace

double round_to_half(double x) noexcept {
  const double magnitude = std::fabs(x);
  if (!(magnitude < 65520.0)) return std::isnan(x) ? x : std::copysign(kInfinity, x);
  constexpr int kMinExponent = -14;
  constexpr int kDigits = 10;
  const int exponent = magnitude == 0.0 ? kMinExponent : std::max(std::ilogb(x), kMinExponent);
  // Beside 1.5 * 2^52 units of the last place a double has no bits left for less than one.
  const double anchor = std::ldexp(0x1.8p52, exponent - kDigits);
  const double rounded = (magnitude + anchor) - anchor;
  return std::copysign(rounded, x);
}

double next_half_up(double half) noexcept {
  if (half < 0.0) return -next_half_down(-half);
  const std::uint16_t bits = float_to_half(static_cast<float>(std::fabs(half)));
  return bits >= kMaxBits ? kInfinity : half_to_float(static_cast<std::uint16_t>(bits + 1));
}

double next_half_down(double half) noexcept {
  if (half < 0.0) return -next_half_up(-half);
  const std::uint16_t bits = float_to_half(static_cast<float>(half));
  if (bits == 0) return -half_to_float(1);
  return half_to_float(static_cast<std::uint16_t>(bits - 1));
}

UpdateCensus census_of_updates() {
  UpdateCensus census;
  census.smallest_lost_ratio = kInfinity;
  for (std::uint16_t bits = kMinNormalBits; bits <= kMaxBits; ++bits) {
    ++census.weights;
    const double weight = half_to_float(bits);
    for (const bool up : {true, false}) count_update(weight, up, bits % 2 == 0, census);
  }
  return census;
}

DotProducts dot_products(std::span<const double> a, std::span<const double> b) {
  DotProducts sums;
  float single = 0.0F;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double product = a[i] * b[i];
    sums.half = round_to_half(sums.half + product);
    single += static_cast<float>(product);
    sums.exact += product;
  }
  sums.single = round_to_half(single);
  return sums;
}

Moments moments_of(std::span<const float> halves, Accumulator accumulator) {
  switch (accumulator) {
    case Accumulator::kHalf:
      return moments(halves, round_to_half);
    case Accumulator::kSingle: {
      const auto to_float = [](double x) { return static_cast<double>(static_cast<float>(x)); };
      const Moments wide = moments(halves, to_float);
      return {round_to_half(wide.mean), round_to_half(wide.variance)};
    }
    case Accumulator::kDouble:
      break;
  }
  return moments(halves, [](double x) { return x; });
}

}  // namespace harness
