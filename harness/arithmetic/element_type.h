#pragma once

#include <span>
#include <string_view>

namespace harness {

/// The floating-point formats that weights, activations and gradients are stored in.
enum class ElementType { kFloat16, kBfloat16, kFloat32, kFloat64 };

/// What a format can represent. float16, float32 and float64 are binary16, binary32 and binary64 of
/// IEEE 754-2019, table 3.5; bfloat16 is a binary32 whose significand keeps its upper 8 digits.
struct ElementFacts {
  ElementType type;
  std::string_view name;   ///< PyTorch's name without "torch.": "float16".
  std::string_view label;  ///< The name in papers and tables: "FP16".
  int digits;              ///< Binary digits of the significand, including the hidden one.
  double max;              ///< The largest finite value.
  double min_normal;       ///< The smallest positive value with all digits.
  double min_subnormal;    ///< The smallest positive value.
};

std::span<const ElementFacts> element_types() noexcept;
const ElementFacts& facts(ElementType type) noexcept;

/// The name: "float16".
std::string_view to_string(ElementType type) noexcept;

/// Whether the format has this value. False for what is not finite.
bool represents(ElementType type, double value) noexcept;

}  // namespace harness
