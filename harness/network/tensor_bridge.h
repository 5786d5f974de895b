#pragma once

#include <string>
#include <utility>
#include <vector>

#include <torch/types.h>

#include "harness/checkpoint/checkpoint.h"

namespace harness {

/// The dtype in a checkpoint. Throws c10::Error for a dtype that no checkpoint holds: complex,
/// quantised.
DType dtype_of(const torch::Tensor& tensor);

/// A tensor of a checkpoint as a LibTorch tensor. The bytes are copied, so the result outlives the
/// mapped file, and changes to the file cannot change a model. The result is contiguous, whatever
/// the strides in the file.
torch::Tensor to_torch(const TensorView& view);

/// All of a state dict, in file order.
std::vector<std::pair<std::string, torch::Tensor>> to_torch(const std::vector<TensorView>& views);

}  // namespace harness
