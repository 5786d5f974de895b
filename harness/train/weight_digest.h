#pragma once

#include <string>
#include <utility>
#include <vector>

#include <torch/nn/module.h>
#include <torch/types.h>

#include "harness/precision/named_tensors.h"

namespace harness {

/// sha256 of a tensor's dtype, shape and bytes in row-major order, 64 hex digits: the digest that
/// tensor_digest() of harness/checkpoint gives the same values in a file.
std::string weight_digest(const torch::Tensor& tensor);

/// Digests of all parameters and buffers, with their names, in the module's order.
std::vector<std::pair<std::string, std::string>> weight_digests(const torch::nn::Module& module);

/// The digests of what the optimizer updates, named "optimized.<parameter>", followed by those.
std::vector<std::pair<std::string, std::string>> training_digests(const torch::nn::Module& module,
                                                                  const NamedTensors& optimized);

/// One digest over such a list: equal exactly where all weights are, bit for bit.
std::string combined_digest(const std::vector<std::pair<std::string, std::string>>& digests);

}  // namespace harness
