#pragma once

#include <string>

#include <torch/types.h>

#include "harness/arithmetic/element_type.h"

namespace harness {

/// PyTorch's name of a dtype without "torch.": "float16", "int64", "bool". A dtype that no
/// checkpoint holds has its C++ name: "ComplexFloat".
std::string dtype_name(torch::ScalarType type);

/// LibTorch's type for a format.
torch::ScalarType scalar_type(ElementType type) noexcept;

}  // namespace harness
