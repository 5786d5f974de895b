#include "harness/checkpoint/special_values.h"

#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <vector>

#include "harness/base/float16.h"

namespace harness {
namespace {

/// exponent: all bits of the exponent, as NaN and infinity have them.
template <typename Bits>
bool only_infinity_in(std::span<const std::byte> bytes, Bits exponent, int sign) {
  constexpr Bits kSign = static_cast<Bits>(Bits{1} << (std::numeric_limits<Bits>::digits - 1));
  const Bits infinity = static_cast<Bits>(sign < 0 ? exponent | kSign : exponent);
  for (std::size_t at = 0; at + sizeof(Bits) <= bytes.size(); at += sizeof(Bits)) {
    Bits bits;
    std::memcpy(&bits, bytes.data() + at, sizeof(bits));
    if ((bits & exponent) == exponent && bits != infinity) return false;
  }
  return true;
}

template <typename Number>
Number first_of(const std::vector<std::byte>& bytes) {
  Number number{};
  if (bytes.size() >= sizeof(number)) std::memcpy(&number, bytes.data(), sizeof(number));
  return number;
}

}  // namespace

bool only_infinity_is(const TensorView& tensor, int sign) {
  const std::vector<std::byte> bytes = tensor.packed();
  switch (tensor.dtype) {
    case DType::kFloat16:
      return only_infinity_in<std::uint16_t>(bytes, 0x7c00, sign);
    case DType::kBFloat16:
      return only_infinity_in<std::uint16_t>(bytes, 0x7f80, sign);
    case DType::kFloat32:
      return only_infinity_in<std::uint32_t>(bytes, 0x7f800000, sign);
    case DType::kFloat64:
      return only_infinity_in<std::uint64_t>(bytes, 0x7ff0000000000000, sign);
    default:
      return false;
  }
}

double only_value(const TensorView& tensor) {
  const std::vector<std::byte> bytes = tensor.packed();
  switch (tensor.dtype) {
    case DType::kFloat16:
      return static_cast<double>(half_to_float(first_of<std::uint16_t>(bytes)));
    case DType::kBFloat16:
      return static_cast<double>(bfloat16_to_float(first_of<std::uint16_t>(bytes)));
    case DType::kFloat32:
      return static_cast<double>(first_of<float>(bytes));
    case DType::kFloat64:
      return first_of<double>(bytes);
    case DType::kInt64:
      return static_cast<double>(first_of<std::int64_t>(bytes));
    case DType::kInt32:
      return first_of<std::int32_t>(bytes);
    default:
      return std::numeric_limits<double>::quiet_NaN();
  }
}

}  // namespace harness
