#pragma once

#include <string>

namespace harness {

/// Makes convolutions of half and bfloat16 tensors on the CPU fast: their operands are widened to
/// float, LibTorch's FP32 convolution runs, and its result is rounded once. That is FP16 in, FP32
/// accumulation, FP16 out: what tensor cores do. LibTorch's own half convolution on a CPU without
/// FP16 instructions is a reference kernel, about a hundred times slower.
///
/// Large convolutions in FP64 are done in strips (convolve_in_strips): LibTorch's own would take
/// gigabytes beside an image of 1024x2048.
///
/// Registers kernels for aten::convolution and aten::convolution_backward under the CPU dispatch
/// key, for the whole process and until it ends. Autograd, autocast and every other dtype, device
/// and layout are not affected. May be called any number of times, from any thread.
void register_half_convolution();

/// The kernel that convolves half tensors on the CPU now: "widened fp32" or "libtorch reference".
std::string active_half_convolution();

}  // namespace harness
