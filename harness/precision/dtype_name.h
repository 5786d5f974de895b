#pragma once

#include <string>

#include <torch/torch.h>

#include "harness/arithmetic/element_type.h"

namespace harness {

/// A dtype as PyTorch writes it behind "torch.": "float16", "int64", "bool". Those that no
/// checkpoint holds have C++'s name: "ComplexFloat".
std::string dtype_name(torch::ScalarType type);

/// LibTorch's type for a format.
torch::ScalarType scalar_type(ElementType type) noexcept;

}  // namespace harness
