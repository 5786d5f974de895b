#include "harness/base/statistics/median.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace harness {

double median(std::vector<double> values) {
  const bool has_nan =
      std::any_of(values.begin(), values.end(), [](double value) { return std::isnan(value); });
  if (values.empty() || has_nan) return std::numeric_limits<double>::quiet_NaN();
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  // nth_element() leaves the lower half, unordered, before the middle.
  return std::midpoint(*std::max_element(values.begin(), middle), *middle);
}

}  // namespace harness
