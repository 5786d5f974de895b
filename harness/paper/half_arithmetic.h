#pragma once

#include <cstdint>
#include <span>

namespace harness {

/// Arithmetic in binary16, one rounding for each operation, on doubles that hold halves: what
/// arXiv 1710.03740 warns of, as cases small enough to be worked out by hand. No LibTorch.

/// To the nearest binary16, ties to even, in one step: through float a tie may be rounded twice.
/// |x| <= 2^-25 becomes 0, |x| >= 65520 becomes infinity; NaN stays.
double round_to_half(double x) noexcept;

/// The next binary16 above or below a finite binary16; above 65504 comes infinity.
double next_half_up(double half) noexcept;
double next_half_down(double half) noexcept;

/// What becomes of w - u, rounded to half, for every positive normal half w, in both directions,
/// with u just below, at and just above half the distance to w's neighbour. Above 65504 the
/// distance is that of its binade.
struct UpdateCensus {
  std::int64_t weights = 0;           ///< 30 binades of 1024.
  std::int64_t cases = 0;             ///< Pairs of weight and direction.
  std::int64_t below_moved = 0;       ///< Updates below half the distance that moved the weight.
  std::int64_t above_lost = 0;        ///< Updates above it that did not.
  std::int64_t ties_lost = 0;         ///< Updates of exactly half the distance that were lost, ...
  std::int64_t even_weights = 0;      ///< ... which those of weights with an even last bit must be.
  double smallest_lost_ratio = 0.0;   ///< |w| / |u| over all lost updates of normal weights, ...
  double largest_moving_ratio = 0.0;  ///< ... and over all that moved one.
};
UpdateCensus census_of_updates();

/// One sum of products in three arithmetics.
struct DotProducts {
  double half = 0.0;    ///< Rounded to half after each addition; the product itself is exact.
  double single = 0.0;  ///< Summed in float, rounded to half once at the end.
  double exact = 0.0;   ///< In double, not rounded.
};
/// a, b: binary16 values, as many of each.
DotProducts dot_products(std::span<const double> a, std::span<const double> b);

/// Mean and variance (over n, not n - 1) of halves, in two passes, as batch norm needs them.
struct Moments {
  double mean = 0.0;
  double variance = 0.0;
};
enum class Accumulator { kHalf, kSingle, kDouble };
/// kHalf: every operation is rounded to half. kSingle: to float, and the results to half once.
Moments moments_of(std::span<const float> halves, Accumulator accumulator);

}  // namespace harness
