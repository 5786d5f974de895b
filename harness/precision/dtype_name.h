#pragma once

#include <string>

#include <torch/torch.h>

namespace harness {

/// A dtype as PyTorch writes it behind "torch.": "float16", "int64", "bool". Those that no
/// checkpoint holds have C++'s name: "ComplexFloat".
std::string dtype_name(torch::ScalarType type);

}  // namespace harness
