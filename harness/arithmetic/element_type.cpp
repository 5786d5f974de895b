#include "harness/arithmetic/element_type.h"

#include <array>
#include <cmath>
#include <cstddef>
#include <limits>

#include "harness/base/float16.h"

namespace harness {
namespace {

using Single = std::numeric_limits<float>;
using Double = std::numeric_limits<double>;

// facts() indexes this table by the enumerator: keep it in the enumeration's order.
constexpr auto kTypes = std::to_array<ElementFacts>({
    {ElementType::kFloat16, "float16", "FP16", 11, kHalfMax, kHalfMinNormal, 0x1p-24},
    {ElementType::kBfloat16, "bfloat16", "BF16", 8, 0x1.fep127, 0x1p-126, 0x1p-133},
    {ElementType::kFloat32, "float32", "FP32", Single::digits, Single::max(), Single::min(),
     Single::denorm_min()},
    {ElementType::kFloat64, "float64", "FP64", Double::digits, Double::max(), Double::min(),
     Double::denorm_min()},
});

}  // namespace

std::span<const ElementFacts> element_types() noexcept {
  return kTypes;
}

const ElementFacts& facts(ElementType type) noexcept {
  return kTypes[static_cast<std::size_t>(type)];
}

std::string_view to_string(ElementType type) noexcept {
  return facts(type).name;
}

bool represents(ElementType type, double value) noexcept {
  const ElementFacts& format = facts(type);
  const double size = std::abs(value);
  if (!(size <= format.max)) return false;
  if (size == 0.0) return true;
  // The distance of neighbours; below the normal values it stays what it is there.
  const double spacing = size < format.min_normal
                             ? format.min_subnormal
                             : std::ldexp(1.0, std::ilogb(size) + 1 - format.digits);
  return std::fmod(size, spacing) == 0.0;
}

}  // namespace harness
