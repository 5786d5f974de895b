#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace harness {

/// How change points are looked for.
struct ChangePointSearch {
  /// The share of series without any change in which one is found all the same. Each test is exact:
  /// its p-value is (1 + draws at least as large) / (1 + draws) (Phipson and Smyth 2010).
  double false_alarms = 0.01;
  int permutations = 999;
  std::size_t shortest = 3;   ///< Points of a level, at least.
  std::size_t longest = 120;  ///< The points that are looked at: the last ones.
};

/// Where a series of measurements changes its level.
struct ChangePoint {
  std::size_t at = 0;  ///< Index of the new level's first point.
  double p = 0.0;      ///< Of the permutation test.

  friend bool operator==(const ChangePoint&, const ChangePoint&) = default;
};

/// E-divisive (Matteson and James 2014, "A nonparametric approach for multiple change point
/// analysis of multivariate data", sections 2.2, 2.3 and 3.1) in one dimension with the exponent 1:
/// the series is divided where the energy distance between what lies on both sides is largest,
///
///   Q = n m / (n + m) * (2 mean|X - Y| - mean|X - X'| - mean|Y - Y'|),
///
/// each part is divided in the same way, and it ends at the first division that is not
/// significant: the points are permuted within the parts, and Q must be larger than in nearly all
/// permutations. Permutations are drawn from a fixed seed, so the same series has the same change
/// points on every machine.
///
/// In the order of the series. None in fewer than twice `shortest` points, and none where a value
/// is not finite. A drift is found as one or more steps. Takes O(n^2) time per permutation and
/// stops drawing as soon as the test cannot be significant any more.
std::vector<ChangePoint> find_change_points(std::span<const double> series,
                                            const ChangePointSearch& search = {});

}  // namespace harness
