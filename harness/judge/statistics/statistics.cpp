#include "harness/judge/statistics/statistics.h"

#include <cmath>
#include <limits>
#include <numeric>

#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>

namespace harness {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

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

double student_t_quantile(double probability, double df) {
  if (!(probability > 0.0 && probability < 1.0) || !(df > 0.0)) return kNaN;
  if (std::isinf(df)) return boost::math::quantile(boost::math::normal(), probability);
  return boost::math::quantile(boost::math::students_t(df), probability);
}

}  // namespace harness
