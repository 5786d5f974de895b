#include "harness/deepbench/array.h"

#include <bit>
#include <cmath>
#include <cstring>

#include "harness/base/float16.h"
#include "harness/table/model_cost.h"

namespace harness {
namespace {

/// SplitMix64 (Steele, Lea and Flood 2014) over a counter.
std::uint64_t random_bits(std::uint64_t seed, std::uint64_t counter) {
  std::uint64_t z = (seed * 0xD1342543DE82EF95u + counter + 1) * 0x9E3779B97F4A7C15u;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

/// The upper half of a float's bits, rounded to nearest even. NaN stays NaN.
std::uint16_t float_to_bfloat16(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  if (std::isnan(value)) return 0x7fc0;
  return static_cast<std::uint16_t>((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}

template <typename T>
T load(const std::byte* bytes, std::int64_t i) {
  T value;
  std::memcpy(&value, bytes + i * static_cast<std::int64_t>(sizeof(T)), sizeof(T));
  return value;
}

template <typename T>
void store(std::byte* bytes, std::int64_t i, T value) {
  std::memcpy(bytes + i * static_cast<std::int64_t>(sizeof(T)), &value, sizeof(T));
}

}  // namespace

Array::Array(ElementType type, std::int64_t elements)
    : type_(type),
      elements_(elements),
      bytes_(static_cast<std::size_t>(elements * bytes_of(type))) {}

double Array::at(std::int64_t i) const noexcept {
  switch (type_) {
    case ElementType::kFloat16:
      return half_to_float(load<std::uint16_t>(bytes_.data(), i));
    case ElementType::kBfloat16:
      return bfloat16_to_float(load<std::uint16_t>(bytes_.data(), i));
    case ElementType::kFloat32:
      return load<float>(bytes_.data(), i);
    case ElementType::kFloat64:
      return load<double>(bytes_.data(), i);
  }
  return 0.0;
}

void Array::set(std::int64_t i, double value) noexcept {
  switch (type_) {
    case ElementType::kFloat16:
      return store(bytes_.data(), i, float_to_half(static_cast<float>(value)));
    case ElementType::kBfloat16:
      return store(bytes_.data(), i, float_to_bfloat16(static_cast<float>(value)));
    case ElementType::kFloat32:
      return store(bytes_.data(), i, static_cast<float>(value));
    case ElementType::kFloat64:
      return store(bytes_.data(), i, value);
  }
}

double rounded(ElementType type, double value) noexcept {
  switch (type) {
    case ElementType::kFloat16:
      return half_to_float(float_to_half(static_cast<float>(value)));
    case ElementType::kBfloat16:
      return bfloat16_to_float(float_to_bfloat16(static_cast<float>(value)));
    case ElementType::kFloat32:
      return static_cast<float>(value);
    case ElementType::kFloat64:
      return value;
  }
  return value;
}

Array draw_values(ElementType type, std::int64_t elements, const ValueRange& range,
                  std::uint64_t seed) {
  Array values(type, elements);
  const std::uint64_t spread_bits = (std::uint64_t{1} << range.spread) - 1;
  for (std::int64_t i = 0; i < elements; ++i) {
    const std::uint64_t bits = random_bits(seed, static_cast<std::uint64_t>(i));
    const int exponent = range.center - range.spread / 2 + std::popcount(bits & spread_bits);
    // 23 bits of factor, so that a float holds it.
    const double factor = 1.0 + static_cast<double>(bits >> 41) * 0x1p-23;
    const double sign = (bits >> 40 & 1) != 0 ? -1.0 : 1.0;
    values.set(i, std::ldexp(sign * factor, exponent));
  }
  return values;
}

Array draw_integers(ElementType type, std::int64_t elements, std::int64_t largest,
                    std::uint64_t seed) {
  Array values(type, elements);
  for (std::int64_t i = 0; i < elements; ++i) {
    const std::uint64_t bits = random_bits(seed, static_cast<std::uint64_t>(i));
    const auto size =
        1 + static_cast<std::int64_t>((bits >> 1) % static_cast<std::uint64_t>(largest));
    values.set(i, static_cast<double>((bits & 1) != 0 ? -size : size));
  }
  return values;
}

}  // namespace harness
