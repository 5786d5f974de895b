#pragma once

#include <torch/torch.h>

namespace harness {

/// Casts every floating-point parameter and buffer of the module and its children. Integer buffers
/// keep their type, as in PyTorch; LibTorch's own Module::to(dtype) turns batch-norm counters into
/// floats too.
void cast_floating(torch::nn::Module& module, torch::ScalarType dtype);

/// Half-precision model with FP32 norms: all floating-point tensors become half, then those of
/// batch and group norms float again (mmcv 1.3.14 mmcv/runner/fp16_utils.py, wrap_fp16_model for
/// torch < 1.6). What a norm held is rounded to half once: load a checkpoint afterwards to keep its
/// values.
void to_half_keeping_norm(torch::nn::Module& module);

}  // namespace harness
