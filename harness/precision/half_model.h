#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

namespace harness {

/// Casts every floating-point parameter and buffer of the module and its children. Integer buffers
/// keep their type, as in PyTorch; LibTorch's own Module::to(dtype) turns batch-norm counters into
/// floats too.
void cast_floating(torch::nn::Module& module, torch::ScalarType dtype);

/// A model whose norms have another type than the rest: all floating-point tensors get `dtype`,
/// then those of batch and group norms `norm_dtype`. With half and float this is mmcv 1.3.14
/// mmcv/runner/fp16_utils.py, wrap_fp16_model for torch < 1.6. The values of norms are rounded to
/// `dtype` once: load a checkpoint afterwards to keep its values.
void cast_keeping_norm(torch::nn::Module& module, torch::ScalarType dtype,
                       torch::ScalarType norm_dtype);

}  // namespace harness
