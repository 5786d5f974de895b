#pragma once

#include <functional>
#include <string>

#include "harness/arithmetic/element_type.h"
#include "harness/deepbench/array.h"
#include "harness/deepbench/kernel_check.h"
#include "harness/deepbench/problem.h"

namespace harness {

/// A GEMM or one pass of a convolution, computed by LibTorch on the CPU from operands that stay in
/// place into a result that does. The result is NaN before the first run. Tests make such kernels
/// that are wrong.
struct TorchKernel {
  std::string pass;    ///< "product" of a GEMM.
  std::string engine;  ///< "libtorch" or "libtorch, widened to float32".
  KernelArithmetic arithmetic;
  std::function<void(const Array& a, const Array& b)> load;  ///< Leaves the result as it is.
  std::function<void()> run;                                 ///< What is timed.
  std::function<Array()> result;
};

/// Memory as Contraction states it. Half operands are widened to float, multiplied in float and the
/// result rounded once: LibTorch's own half product is a reference kernel where the processor has
/// no half arithmetic (measured: 31 times FP32's time at 1760x128x1760). bfloat16 is left to
/// LibTorch where the processor multiplies it, and widened elsewhere.
TorchKernel gemm_kernel(const GemmProblem& problem, ElementType storage);

/// NCHW, contiguous. Half and bfloat16 are widened, as precision/half_convolution.h does.
TorchKernel convolution_kernel(const ConvolutionProblem& problem, Pass pass, ElementType storage);

/// Whether the processor multiplies matrices of that 16-bit format by instructions of its own
/// (AVX512-BF16, AVX512-FP16, AMX), as LibTorch sees it.
bool has_native_products(ElementType storage);

}  // namespace harness
