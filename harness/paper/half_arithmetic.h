#pragma once

#include <span>

#include "harness/record/paper_records.h"

namespace harness {

/// Arithmetic in binary16, one rounding for each operation, on doubles that hold halves: what
/// arXiv 1710.03740 warns of, in cases small enough to be computed by hand. No LibTorch.

/// Rounds to the nearest binary16, ties to even, in one step: through float a tie may be rounded
/// twice. |x| <= 2^-25 becomes 0, |x| >= 65520 becomes infinity; NaN remains NaN.
double round_to_half(double x) noexcept;

/// The next binary16 above or below a finite binary16; above 65504 comes infinity.
double next_half_up(double half) noexcept;
double next_half_down(double half) noexcept;

/// Computes every case.
UpdateCensus census_of_updates();

/// One sum of products in three arithmetics.
struct DotProducts {
  double half = 0.0;    ///< Rounded to half after each addition; the product itself is exact.
  double single = 0.0;  ///< Summed in float, rounded to half once at the end.
  double exact = 0.0;   ///< Computed in double, not rounded.
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
