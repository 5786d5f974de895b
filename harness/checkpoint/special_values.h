#pragma once

#include "harness/checkpoint/tensor_view.h"

namespace harness {

/// Whether each value that is not finite is the infinity of this sign (1 or -1). False for element
/// types that are no real floating point of 16 bits or more.
bool only_infinity_is(const TensorView& tensor, int sign);

/// The value of a tensor of one element; NaN for an element that is no real number.
double only_value(const TensorView& tensor);

}  // namespace harness
