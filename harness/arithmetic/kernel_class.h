#pragma once

#include <string_view>

namespace harness {

/// What a GPU kernel computes in, as its name tells. Libraries encode it there: "f16f16" are half
/// operands, "s16816" and "h16816" are the shapes of a tensor core's instruction with FP32 and with
/// half sums, "simt" and "sgemm" are FP32 without tensor cores.
enum class KernelClass {
  kHalfTensorCore,  ///< Matrix products and convolutions of half operands on tensor cores.
  kBfloatTensorCore,
  kTf32,  ///< FP32 operands, rounded to TF32.
  kFp32,  ///< FP32 operands, products and sums.
  kFp64,
  kDepthwise,    ///< Depthwise convolutions: no matrix products, so never on tensor cores.
  kElementwise,  ///< Norms, activations, additions, pools, resizes, softmax.
  kLayout,       ///< Conversions between NCHW and NHWC.
  kCopy,         ///< Copies and fills.
  kHelper,       ///< What a matrix product needs beside itself: sums of parts, index tables.
  kUnknown,      ///< The name says nothing that is known here.
};

/// By the name as CUPTI reports it, demangled or not.
KernelClass kernel_class(std::string_view kernel) noexcept;

/// The same of a kernel that LibTorch's operator launched, "aten::cudnn_convolution". One that by
/// its name convolves or multiplies matrices ("at::native::slow_conv2d...") is no helper of a dense
/// convolution but computes it, in what nobody knows.
KernelClass kernel_class(std::string_view kernel, std::string_view operation) noexcept;

/// "half tensor core", "tf32", "unknown", ...
std::string_view to_string(KernelClass kernel) noexcept;

/// Whether kernels of this class do the multiplications of a dense convolution, or may do so
/// (kUnknown): the classes whose times are compared.
bool multiplies(KernelClass kernel) noexcept;

}  // namespace harness
