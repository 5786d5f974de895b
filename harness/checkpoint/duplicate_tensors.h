#pragma once

#include <string>
#include <utility>
#include <vector>

#include "harness/checkpoint/tensor_view.h"

namespace harness {

/// Pairs (first, later) of tensors that hold the same values: a file put together from parts of
/// itself, or weights that were never trained apart.
///
/// Two are the same when type, shape and every byte agree. Left out is what agrees by chance or by
/// birth: tensors of fewer than 16 elements, those whose elements are all the same value, and
/// vectors (the biases of bn3 and downsample.1 of a stage's first block begin at 0, get the same
/// gradients, and so stay equal in every ResNet).
std::vector<std::pair<std::string, std::string>> duplicate_tensors(
    const std::vector<TensorView>& tensors);

}  // namespace harness
