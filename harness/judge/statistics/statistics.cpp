#include "harness/judge/statistics/statistics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <sstream>

namespace harness {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kLargestDesign = 10000;

/// Continued fraction of the incomplete beta function; converges fast for x < (a + 1) / (a + b +
/// 2).
double beta_fraction(double x, double a, double b) {
  constexpr double kTiny = 1e-300;
  constexpr int kMaxTerms = 10000;
  const auto guarded = [](double value) { return std::abs(value) < kTiny ? kTiny : value; };
  double c = 1.0;
  double d = 1.0 / guarded(1.0 - (a + b) * x / (a + 1.0));
  double fraction = d;
  for (int m = 1; m <= kMaxTerms; ++m) {
    const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1.0 / guarded(1.0 + even * d);
    c = guarded(1.0 + even / c);
    fraction *= d * c;
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1.0 / guarded(1.0 + odd * d);
    c = guarded(1.0 + odd / c);
    fraction *= d * c;
    if (std::abs(d * c - 1.0) < 1e-15) break;
  }
  return fraction;
}

/// I_x(a, b), the regularised incomplete beta function.
double incomplete_beta(double x, double a, double b) {
  if (x <= 0.0) return 0.0;
  if (x >= 1.0) return 1.0;
  const double front = std::exp(std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) +
                                a * std::log(x) + b * std::log1p(-x));
  if (x < (a + 1.0) / (a + b + 2.0)) return front * beta_fraction(x, a, b) / a;
  return 1.0 - front * beta_fraction(1.0 - x, b, a) / b;
}

double two_sided_p(double t, double df) {
  return incomplete_beta(df / (df + t * t), df / 2.0, 0.5);
}

}  // namespace

Sample sample_of(std::span<const double> values) {
  Sample sample;
  sample.n = values.size();
  sample.sd = kNaN;
  if (values.empty()) {
    sample.mean = kNaN;
    return sample;
  }
  const auto n = static_cast<double>(values.size());
  sample.mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
  if (values.size() < 2) return sample;
  double squares = 0.0;
  for (const double value : values) squares += (value - sample.mean) * (value - sample.mean);
  sample.sd = std::sqrt(squares / (n - 1.0));
  return sample;
}

double student_t_cdf(double t, double df) {
  if (std::isnan(t) || !(df > 0.0)) return kNaN;
  const double tail = 0.5 * two_sided_p(t, df);
  return t > 0.0 ? 1.0 - tail : tail;
}

double student_t_quantile(double probability, double df) {
  if (!(probability > 0.0 && probability < 1.0) || !(df > 0.0)) return kNaN;
  if (probability < 0.5) return -student_t_quantile(1.0 - probability, df);
  double low = 0.0;
  double high = 1.0;
  while (student_t_cdf(high, df) < probability && high < 1e300) high *= 2.0;
  while (high - low > 1e-12 * std::max(1.0, high)) {
    const double middle = 0.5 * (low + high);
    (student_t_cdf(middle, df) < probability ? low : high) = middle;
  }
  return 0.5 * (low + high);
}

double mean_gap_margin(double sd, std::size_t n_a, std::size_t n_b, double confidence) {
  if (n_a == 0 || n_b == 0 || n_a + n_b < 3) return kNaN;
  const double df = static_cast<double>(n_a + n_b - 2);
  const double spread = 1.0 / static_cast<double>(n_a) + 1.0 / static_cast<double>(n_b);
  return student_t_quantile(confidence, df) * sd * std::sqrt(spread);
}

WelchTest welch_test(std::span<const double> a, std::span<const double> b) {
  const Sample first = sample_of(a);
  const Sample second = sample_of(b);
  WelchTest test{first.mean - second.mean, kNaN, kNaN, kNaN};
  if (first.n < 2 || second.n < 2) return test;
  const double first_part = first.sd * first.sd / static_cast<double>(first.n);
  const double second_part = second.sd * second.sd / static_cast<double>(second.n);
  const double variance = first_part + second_part;
  test.standard_error = std::sqrt(variance);
  if (!(variance > 0.0)) return test;
  test.df = variance * variance /
            (first_part * first_part / static_cast<double>(first.n - 1) +
             second_part * second_part / static_cast<double>(second.n - 1));
  test.p = two_sided_p(test.difference / test.standard_error, test.df);
  return test;
}

EquivalenceTest equivalence_test(std::span<const double> a, std::span<const double> b,
                                 double margin, double alpha) {
  const WelchTest welch = welch_test(a, b);
  const double half_width = student_t_quantile(1.0 - alpha, welch.df) * welch.standard_error;
  EquivalenceTest test;
  test.low = welch.difference - half_width;
  test.high = welch.difference + half_width;
  const double below = (welch.difference - margin) / welch.standard_error;
  const double above = (welch.difference + margin) / welch.standard_error;
  test.p = std::max(student_t_cdf(below, welch.df), 1.0 - student_t_cdf(above, welch.df));
  test.equivalent = test.low > -margin && test.high < margin;
  return test;
}

double mann_whitney_floor(std::size_t n_a, std::size_t n_b) {
  if (n_a == 0 || n_b == 0) return 1.0;
  double orders = 1.0;
  for (std::size_t i = 1; i <= n_a; ++i) {
    orders *= static_cast<double>(n_b + i) / static_cast<double>(i);
  }
  return std::min(1.0, 2.0 / orders);
}

std::size_t rank_test_size(double alpha) {
  for (std::size_t n = 1; n <= kLargestDesign; ++n) {
    if (mann_whitney_floor(n, n) <= alpha) return n;
  }
  return 0;
}

std::size_t equivalence_size(double sd, double margin, double alpha, double gap) {
  const double room = margin - std::abs(gap);
  for (std::size_t n = 2; n <= kLargestDesign; ++n) {
    if (mean_gap_margin(sd, n, n, 1.0 - alpha) < room) return n;
    if (!(room > 0.0)) return 0;
  }
  return 0;
}

std::string design_refusal(std::size_t n, double sd, double margin, double alpha) {
  std::ostringstream text;
  text.precision(3);
  const double floor = mann_whitney_floor(n, n);
  const double width = n < 2 ? kNaN : mean_gap_margin(sd, n, n, 1.0 - alpha);
  if (!(floor <= alpha)) {
    text << n << " against " << n << " seeds cannot reach p " << alpha << " (floor " << floor
         << "): " << rank_test_size(alpha) << " are needed";
  } else if (!(width < margin)) {
    text << n << " against " << n << " seeds can only prove equality within +-" << width
         << ", not +-" << margin << ": " << equivalence_size(sd, margin, alpha) << " are needed";
  }
  return text.str();
}

}  // namespace harness
