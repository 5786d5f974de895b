#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <torch/nn/module.h>
#include <torch/types.h>

namespace harness {

/// Names and tensors in order.
using NamedTensors = std::vector<std::pair<std::string, torch::Tensor>>;

/// Copies in float of all floating-point parameters and buffers of a module.
NamedTensors float_copies(const torch::nn::Module& module);

/// The parameters and buffers that a module holds in float, without copying them.
NamedTensors float_tensors(const torch::nn::Module& module);

/// Contiguous copies on the CPU.
NamedTensors on_cpu(const NamedTensors& tensors);

/// Copies each tensor of `source` that has a namesake in `targets` into it, with its dtype.
void copy_by_name(const NamedTensors& source, const NamedTensors& targets);

/// Like copy_by_name, but every name and shape must fit. part: what is copied, for the message.
/// Throws an Error(kStateDictMismatch) that lists missing names, other shapes, duplicates and
/// unexpected names.
void assign(const NamedTensors& saved, const NamedTensors& targets, std::string_view part);

}  // namespace harness
