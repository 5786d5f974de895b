#pragma once

#include <cstddef>
#include <functional>
#include <limits>
#include <vector>

#include "harness/base/statistics/interval.h"
#include "harness/judge/statistics/statistics.h"

namespace harness {

/// Significance of the comparisons between trainings.
inline constexpr double kEquivalenceAlpha = 0.05;

/// A standard error with its degrees of freedom.
struct StandardError {
  double error = 0.0;
  double df = 0.0;
};

/// An estimated difference between two means; (estimate - true) / error follows Student's t.
struct Difference {
  double mean = std::numeric_limits<double>::quiet_NaN();   ///< In the unit of the measurements.
  double error = std::numeric_limits<double>::quiet_NaN();  ///< Standard error of `mean`.
  double df = std::numeric_limits<double>::quiet_NaN();     ///< Infinite where the sd is known.
  /// What each side's scatter alone would give: no interval is narrower than these.
  std::vector<StandardError> alone = {};
};

/// Mean of the sample minus a fixed number. Without an error for n < 2.
Difference difference_from(const Sample& sample, double fixed);

/// Mean of `a` minus mean of `b`, which may differ in spread and size: Welch's standard error with
/// the degrees of freedom of Welch and Satterthwaite. Those grow as the two spreads become alike,
/// in small samples faster than the error does, so that more noise could make the interval
/// narrower: it is at least as wide as with the noise of one side alone. Without an error when one
/// has n < 2.
Difference difference_between(const Sample& a, const Sample& b);

/// One further value minus the mean of a sample, assuming that it is from the same population: the
/// error includes the value's own scatter.
Difference difference_of_one(double value, const Sample& sample);

/// The two-sided confidence interval. With an error of 0 it has no width.
Interval confidence_interval(const Difference& difference, double confidence);

enum class Equivalence {
  kEquivalent,  ///< Shown to lie within the margin.
  kDifferent,   ///< Shown to lie outside of it.
  kUndecided,
};

/// Two one-sided tests (Schuirmann 1987): kEquivalent when the 90 % interval (1 - 2 alpha) lies
/// within +- margin; kDifferent when the 95 % interval (1 - alpha) lies entirely outside. More
/// noise makes no interval narrower and can only lead to kUndecided. A NaN decides nothing.
/// Difference and margin are compared with an allowance of 1e-12 for binary fractions.
Equivalence compare_with_margin(const Difference& difference, double margin);

/// The smallest n from `first` to 10000 for which `with(n)` is decided; 0 when there is none.
std::size_t fewest_that_decide(const std::function<Difference(std::size_t)>& with,
                               std::size_t first, double margin);

}  // namespace harness
