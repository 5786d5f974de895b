#pragma once

#include <cstddef>
#include <span>

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

/// The t with P(T <= t) = probability for Student's t distribution with `df` degrees of freedom,
/// the normal distribution for infinite `df`. NaN unless 0 < probability < 1 and df > 0.
double student_t_quantile(double probability, double df);

}  // namespace harness
