#pragma once

#include <string>
#include <utility>
#include <vector>

#include <torch/torch.h>

#include "harness/checkpoint/checkpoint.h"

namespace harness {

/// The dtype in a checkpoint. Throws c10::Error for one that none holds: complex, quantised.
DType dtype_of(const torch::Tensor& tensor);

/// A tensor of a checkpoint as a LibTorch tensor. The bytes are copied: the result outlives the
/// file's map, and a file that changes under the map cannot change a model. Strides are not kept:
/// the result is contiguous.
torch::Tensor to_torch(const TensorView& view);

/// All of a state dict, in file order.
std::vector<std::pair<std::string, torch::Tensor>> to_torch(const std::vector<TensorView>& views);

}  // namespace harness
