#pragma once

#include <vector>

namespace harness {

/// The median; for an even number of values, the mean of the two in the middle. NaN when there is
/// no value or one of them is NaN.
double median(std::vector<double> values);

}  // namespace harness
