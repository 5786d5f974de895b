#include "harness/arithmetic/kernel_class.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

namespace harness {
namespace {

struct Pattern {
  std::string_view part;  ///< In lower case; "*" stands for anything between its two sides.
  KernelClass kernel;
};

/// The first pattern that occurs in the name decides, so what names a narrower type or another kind
/// of work comes before what its name also contains ("tf32" before "f32f32", "bf16" before "f16").
constexpr auto kPatterns = std::to_array<Pattern>({
    {"memcpy", KernelClass::kCopy},
    {"memset", KernelClass::kCopy},
    {"nchwto", KernelClass::kLayout},
    {"nhwcto", KernelClass::kLayout},
    {"tensortransform", KernelClass::kLayout},
    {"generictranspose", KernelClass::kLayout},
    {"splitkreduce", KernelClass::kHelper},
    {"splitk_reduce", KernelClass::kHelper},
    {"precompute_indices", KernelClass::kHelper},
    {"computeoffsets", KernelClass::kHelper},
    {"compute_offsets", KernelClass::kHelper},
    {"scalepackedtensor", KernelClass::kHelper},
    {"depthwise", KernelClass::kDepthwise},
    {"conv2d_grouped_direct", KernelClass::kDepthwise},
    {"conv2d_c1_k1", KernelClass::kDepthwise},
    {"at::native", KernelClass::kElementwise},
    {"at6native", KernelClass::kElementwise},
    {"bn_fw", KernelClass::kElementwise},
    {"bn_bw", KernelClass::kElementwise},
    {"batchnorm", KernelClass::kElementwise},
    {"batch_norm", KernelClass::kElementwise},
    {"pooling", KernelClass::kElementwise},
    {"softmax", KernelClass::kElementwise},
    {"op_tensor_kernel", KernelClass::kElementwise},
    {"reduce_tensor", KernelClass::kElementwise},
    {"_ffma_", KernelClass::kFp32},  // CUDA cores, whatever the operands are.
    {"tf32", KernelClass::kTf32},
    {"s1688*f32", KernelClass::kTf32},
    {"bf16", KernelClass::kBfloatTensorCore},
    {"f64f64", KernelClass::kFp64},
    {"dgemm", KernelClass::kFp64},
    {"simt_d", KernelClass::kFp64},
    {"<double", KernelClass::kFp64},
    {"f16f16", KernelClass::kHalfTensorCore},
    {"_h884", KernelClass::kHalfTensorCore},
    {"_h1688", KernelClass::kHalfTensorCore},
    {"_h16816", KernelClass::kHalfTensorCore},
    {"s884*fp16", KernelClass::kHalfTensorCore},
    {"s1688*fp16", KernelClass::kHalfTensorCore},
    {"s16816*fp16", KernelClass::kHalfTensorCore},
    {"fp16_s884", KernelClass::kHalfTensorCore},
    {"fp16_s1688", KernelClass::kHalfTensorCore},
    {"fp16_s16816", KernelClass::kHalfTensorCore},
    {"s16816*f16", KernelClass::kHalfTensorCore},
    {"s1688*f16", KernelClass::kHalfTensorCore},
    {"s884*f16", KernelClass::kHalfTensorCore},
    {"tensorop_f16", KernelClass::kHalfTensorCore},
    {"tensorop*gemm_f16", KernelClass::kHalfTensorCore},
    {"hmma", KernelClass::kHalfTensorCore},
    {"hgmma", KernelClass::kHalfTensorCore},
    {"tensorop_s1688", KernelClass::kTf32},  // Without a type: operands are FP32 in memory.
    {"f32f32", KernelClass::kFp32},
    {"sgemm", KernelClass::kFp32},
    {"simt_s", KernelClass::kFp32},
    {"scudnn", KernelClass::kFp32},
    {"_fp32", KernelClass::kFp32},
    {"fft2d", KernelClass::kFp32},
    {"flip_filter", KernelClass::kFp32},
    {"<float, float", KernelClass::kFp32},
});

char lower(char c) noexcept {
  return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
}

/// Where `part` ends in `text`, in any case; npos where it does not occur.
std::size_t end_of(std::string_view text, std::string_view part) noexcept {
  const auto found = std::search(text.begin(), text.end(), part.begin(), part.end(),
                                 [](char a, char b) { return lower(a) == b; });
  if (found == text.end()) return std::string_view::npos;
  return static_cast<std::size_t>(found - text.begin()) + part.size();
}

bool matches(std::string_view name, std::string_view pattern) noexcept {
  const auto star = pattern.find('*');
  const std::size_t end = end_of(name, pattern.substr(0, star));
  if (end == std::string_view::npos) return false;
  return star == std::string_view::npos ||
         end_of(name.substr(end), pattern.substr(star + 1)) != std::string_view::npos;
}

/// cuBLAS' kernels of Hopper and newer, which are for tensor cores alone: "nvjet_sm90_hsh_..." has
/// the types of operands, sums and results in its first word of three letters. Nullopt for others.
std::optional<KernelClass> nvjet_class(std::string_view name) noexcept {
  constexpr std::string_view kBegin = "nvjet_";
  const auto begin = name.find(kBegin);
  if (begin == std::string_view::npos) return std::nullopt;
  name.remove_prefix(begin + kBegin.size());
  if (name.starts_with("sm")) name.remove_prefix(std::min(name.find('_') + 1, name.size()));
  const auto types = name.substr(0, name.find('_'));
  if (types.size() != 3) return KernelClass::kUnknown;
  switch (types.front()) {
    case 'h':
      return KernelClass::kHalfTensorCore;
    case 't':
      return KernelClass::kBfloatTensorCore;
    case 's':
      return KernelClass::kTf32;
    default:
      return KernelClass::kUnknown;
  }
}

bool contains(std::string_view name, std::string_view part) noexcept {
  return end_of(name, part) != std::string_view::npos;
}

bool is_dense_convolution(std::string_view operation) noexcept {
  return contains(operation, "conv") && !contains(operation, "depthwise");
}

}  // namespace

KernelClass kernel_class(std::string_view kernel, std::string_view operation) noexcept {
  const KernelClass found = kernel_class(kernel);
  if (!is_dense_convolution(operation)) return found;
  const bool is_beside = found == KernelClass::kElementwise || found == KernelClass::kHelper;
  const bool is_convolution = is_beside && contains(kernel, "conv");
  const bool is_product =
      (is_beside || found == KernelClass::kDepthwise) && contains(kernel, "gemm");
  return is_convolution || is_product ? KernelClass::kUnknown : found;
}

KernelClass kernel_class(std::string_view kernel) noexcept {
  if (const auto known = nvjet_class(kernel)) return *known;
  const auto* const found =
      std::find_if(kPatterns.begin(), kPatterns.end(),
                   [&](const Pattern& pattern) { return matches(kernel, pattern.part); });
  return found == kPatterns.end() ? KernelClass::kUnknown : found->kernel;
}

std::string_view to_string(KernelClass kernel) noexcept {
  switch (kernel) {
    case KernelClass::kHalfTensorCore:
      return "half tensor core";
    case KernelClass::kBfloatTensorCore:
      return "bfloat16 tensor core";
    case KernelClass::kTf32:
      return "tf32";
    case KernelClass::kFp32:
      return "fp32";
    case KernelClass::kFp64:
      return "fp64";
    case KernelClass::kDepthwise:
      return "depthwise";
    case KernelClass::kElementwise:
      return "elementwise";
    case KernelClass::kLayout:
      return "layout";
    case KernelClass::kCopy:
      return "copy";
    case KernelClass::kHelper:
      return "helper";
    case KernelClass::kUnknown:
      return "unknown";
  }
  return "unknown";
}

bool multiplies(KernelClass kernel) noexcept {
  switch (kernel) {
    case KernelClass::kHalfTensorCore:
    case KernelClass::kBfloatTensorCore:
    case KernelClass::kTf32:
    case KernelClass::kFp32:
    case KernelClass::kFp64:
    case KernelClass::kUnknown:
      return true;
    default:
      return false;
  }
}

}  // namespace harness
