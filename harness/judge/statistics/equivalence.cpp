#include "harness/judge/statistics/equivalence.h"

#include <cmath>

namespace harness {
namespace {

constexpr std::size_t kLargestDesign = 10000;
constexpr double kBinaryDust = 1e-12;

double squared_error(const Sample& sample) {
  return sample.sd * sample.sd / static_cast<double>(sample.n);
}

/// Student's; 0 for an error of 0, whose degrees of freedom need not exist.
double width_of(const StandardError& error, double confidence) {
  if (error.error == 0.0) return 0.0;
  return student_t_quantile(0.5 + confidence / 2.0, error.df) * error.error;
}

double half_width(const Difference& difference, double confidence) {
  double width = width_of({difference.error, difference.df}, confidence);
  for (const auto& side : difference.alone) {
    const double least = width_of(side, confidence);
    if (!(least <= width)) width = least;
  }
  return width;
}

}  // namespace

Difference difference_from(const Sample& sample, double fixed) {
  if (sample.n < 2) return {.mean = sample.mean - fixed};
  return {sample.mean - fixed, std::sqrt(squared_error(sample)), static_cast<double>(sample.n - 1)};
}

Difference difference_between(const Sample& a, const Sample& b) {
  if (a.n < 2 || b.n < 2) return {.mean = a.mean - b.mean};
  const double of_a = squared_error(a);
  const double of_b = squared_error(b);
  const double variance = of_a + of_b;
  const double df =
      variance * variance /
      (of_a * of_a / static_cast<double>(a.n - 1) + of_b * of_b / static_cast<double>(b.n - 1));
  return {a.mean - b.mean,
          std::sqrt(variance),
          df,
          {{std::sqrt(of_a), static_cast<double>(a.n - 1)},
           {std::sqrt(of_b), static_cast<double>(b.n - 1)}}};
}

Difference difference_of_one(double value, const Sample& sample) {
  if (sample.n < 2) return {.mean = value - sample.mean};
  return {value - sample.mean, std::sqrt(sample.sd * sample.sd + squared_error(sample)),
          static_cast<double>(sample.n - 1)};
}

Interval confidence_interval(const Difference& difference, double confidence) {
  const double width = half_width(difference, confidence);
  return {difference.mean - width, difference.mean + width};
}

Equivalence compare_with_margin(const Difference& difference, double margin) {
  const Interval inner = confidence_interval(difference, 1.0 - 2.0 * kEquivalenceAlpha);
  const Interval outer = confidence_interval(difference, 1.0 - kEquivalenceAlpha);
  const double bound = margin + kBinaryDust;
  if (inner.low >= -bound && inner.high <= bound) return Equivalence::kEquivalent;
  if (outer.low > bound || outer.high < -bound) return Equivalence::kDifferent;
  return Equivalence::kUndecided;
}

std::size_t fewest_that_decide(const std::function<Difference(std::size_t)>& with,
                               std::size_t first, double margin) {
  for (std::size_t n = first; n <= kLargestDesign; ++n) {
    if (compare_with_margin(with(n), margin) != Equivalence::kUndecided) return n;
  }
  return 0;
}

}  // namespace harness
