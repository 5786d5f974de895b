#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace harness {

/// Size, mean and sample standard deviation (n - 1 in the denominator) of some measurements.
struct Sample {
  std::size_t n = 0;
  double mean = 0.0;
  double sd = 0.0;  ///< NaN for n < 2.
};

/// NaN and infinite values are kept: they make mean and sd non-finite, and nothing passes with
/// them.
Sample sample_of(std::span<const double> values);

/// Student's t distribution with `df` > 0 degrees of freedom: P(T <= t). By the incomplete beta
/// function (Abramowitz and Stegun 26.7.1) as a continued fraction (26.5.8, Lentz's method).
double student_t_cdf(double t, double df);

/// The t with P(T <= t) = probability, 0 < probability < 1, to 1e-12.
double student_t_quantile(double probability, double df);

/// quantile * sd * sqrt(1/n_a + 1/n_b): how far two means may lie apart by chance when both groups
/// share the standard deviation `sd`; one-sided `confidence`, n_a + n_b - 2 degrees of freedom.
double mean_gap_margin(double sd, std::size_t n_a, std::size_t n_b, double confidence);

/// Welch's t test of equal means, two-sided; the groups may differ in spread and size.
struct WelchTest {
  double difference = 0.0;  ///< mean(a) - mean(b).
  double standard_error = 0.0;
  double df = 0.0;  ///< Welch-Satterthwaite.
  double p = 0.0;   ///< NaN when it cannot be computed (fewer than 2 values, no spread).
};
WelchTest welch_test(std::span<const double> a, std::span<const double> b);

/// Two one-sided tests (Schuirmann 1987): are the means of `a` and `b` equal within +- margin?
struct EquivalenceTest {
  double low = 0.0;  ///< The 1 - 2 alpha confidence interval of mean(a) - mean(b).
  double high = 0.0;
  double p = 0.0;           ///< The larger of the two one-sided p values.
  bool equivalent = false;  ///< The interval lies inside the margin; never so with a NaN.
};
EquivalenceTest equivalence_test(std::span<const double> a, std::span<const double> b,
                                 double margin, double alpha);

/// The smallest two-sided p that the exact Mann-Whitney test can give for groups of these sizes:
/// 2 / C(n_a + n_b, n_a). With 3 against 3 it is 0.1, so no outcome can reach 0.05.
double mann_whitney_floor(std::size_t n_a, std::size_t n_b);

/// Smallest size of two equal groups of which mann_whitney_floor is at most `alpha`.
std::size_t rank_test_size(double alpha);

/// Smallest size n of two equal groups with standard deviation `sd` whose interval
/// (equivalence_test) is narrower than +- (margin - |gap|): what a design needs to prove equality
/// when the true gap is `gap`. 0 when no n up to 10000 will do, as for a gap as wide as the margin.
std::size_t equivalence_size(double sd, double margin, double alpha, double gap = 0.0);

/// Whether `n` against `n` can decide at all, or why not, with the n that could:
/// "3 against 3 seeds cannot reach p 0.05 (floor 0.1): 4 are needed". Empty when it can.
std::string design_refusal(std::size_t n, double sd, double margin, double alpha);

}  // namespace harness
