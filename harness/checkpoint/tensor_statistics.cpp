#include "harness/checkpoint/tensor_statistics.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <span>
#include <type_traits>
#include <vector>

#include "harness/base/float16.h"

namespace harness {
namespace {

constexpr double kHalfSubnormals = 16777216.0;  ///< 2^24: 1 over the smallest subnormal half.
constexpr std::size_t kBlock = 4096;

/// Magnitudes compare like the integers that their bits are, and integers let the compiler look at
/// several values at once, which floats with their NaNs do not.
template <typename Real>
struct Magnitude {
  using Bits = std::conditional_t<sizeof(Real) == 4, std::int32_t, std::int64_t>;

  static constexpr Bits bits_of(double value) {
    return std::bit_cast<Bits>(static_cast<Real>(value));
  }

  static constexpr Bits kInfinity = bits_of(std::numeric_limits<double>::infinity());
  static constexpr Bits kMinNormal = bits_of(kHalfMinNormal);
  static constexpr Bits kLargestZero = bits_of(0.5 / kHalfSubnormals);  // A tie, and 0 is even.
  static constexpr Bits kMax = bits_of(kHalfMax);
  static constexpr Bits kDropped = (Bits{1} << (std::numeric_limits<Real>::digits - 11)) - 1;

  /// Whether rounding to binary16 changes a finite magnitude: it keeps 11 significant bits, none
  /// below 2^-24, and nothing above 65504.
  static Bits is_inexact(Bits bits) {
    const Bits is_small = bits < kMinNormal;
    const Real small = std::bit_cast<Real>(bits & -is_small);
    const Real steps = small * static_cast<Real>(kHalfSubnormals);
    const Bits between_steps = steps != static_cast<Real>(static_cast<std::int32_t>(steps));
    const Bits too_fine = (bits & kDropped) != 0;
    const Bits too_large = bits > kMax;
    return (is_small & between_steps) | (~is_small & (too_fine | too_large));
  }
};

template <typename Real>
TensorStatistics statistics_of_block(std::span<const Real> values) {
  using M = Magnitude<Real>;
  using Bits = typename M::Bits;
  Bits finite = 0, zeros = 0, subnormals = 0, lost = 0, above = 0, inexact = 0;
  Bits largest = 0, smallest = M::kInfinity;
  for (const Real value : values) {
    const Bits bits = std::bit_cast<Bits>(value) & std::numeric_limits<Bits>::max();
    const Bits is_finite = bits < M::kInfinity;
    const Bits is_zero = bits == 0;
    finite += is_finite;
    zeros += is_zero;
    subnormals += (bits < M::kMinNormal) & ~is_zero;
    lost += (bits <= M::kLargestZero) & ~is_zero;
    above += (bits > M::kMax) & is_finite;
    inexact += M::is_inexact(bits) & is_finite;
    largest = std::max(largest, bits & -is_finite);
    smallest = std::min(smallest, bits | (M::kInfinity & -is_zero));
  }
  TensorStatistics block;
  block.elements = static_cast<std::int64_t>(values.size());
  block.non_finite = block.elements - finite;
  block.zeros = zeros;
  block.half_subnormals = subnormals;
  block.half_zeros = lost;
  block.above_half_max = above;
  block.not_half_exact = inexact;
  block.max_abs = static_cast<double>(std::bit_cast<Real>(largest));
  block.min_abs =
      smallest < M::kInfinity ? static_cast<double>(std::bit_cast<Real>(smallest)) : 0.0;
  return block;
}

TensorStatistics repeated(TensorStatistics one, std::int64_t times) {
  one.elements *= times;
  one.non_finite *= times;
  one.zeros *= times;
  one.half_subnormals *= times;
  one.half_zeros *= times;
  one.above_half_max *= times;
  one.not_half_exact *= times;
  return one;
}

/// Widens block by block, so that the whole tensor is never held twice.
template <typename Stored, typename Real, typename Widen>
TensorStatistics scan(std::span<const std::byte> bytes, Widen widen) {
  TensorStatistics total;
  std::array<Stored, kBlock> stored;
  std::array<Real, kBlock> values;
  while (!bytes.empty()) {
    const std::size_t count = std::min(kBlock, bytes.size() / sizeof(Stored));
    std::memcpy(stored.data(), bytes.data(), count * sizeof(Stored));
    std::transform(stored.begin(), stored.begin() + count, values.begin(), widen);
    total = combine(total, statistics_of_block<Real>({values.data(), count}));
    bytes = bytes.subspan(count * sizeof(Stored));
  }
  return total;
}

/// 16-bit floats: a large tensor holds every pattern many times, so that patterns are counted first
/// and each is judged once.
template <typename Widen>
TensorStatistics scan_16_bits(std::span<const std::byte> bytes, Widen widen) {
  constexpr std::size_t kPatterns = std::size_t{1} << 16;
  if (bytes.size() < 4 * kPatterns) return scan<std::uint16_t, float>(bytes, widen);
  std::vector<std::int64_t> counts(kPatterns);
  for (std::size_t at = 0; at < bytes.size(); at += sizeof(std::uint16_t)) {
    std::uint16_t pattern;
    std::memcpy(&pattern, bytes.data() + at, sizeof(pattern));
    ++counts[pattern];
  }
  TensorStatistics total;
  for (std::size_t pattern = 0; pattern < kPatterns; ++pattern) {
    if (counts[pattern] == 0) continue;
    const float value = widen(static_cast<std::uint16_t>(pattern));
    total = combine(total, repeated(statistics_of_block<float>({&value, 1}), counts[pattern]));
  }
  return total;
}

/// A complex number counts once, by its larger part; it is finite when both parts are.
template <typename Real>
struct Complex {
  Real real;
  Real imaginary;
};

template <typename Real>
Real larger_part(Real real, Real imaginary) {
  if (!std::isfinite(real)) return real;
  if (!std::isfinite(imaginary)) return imaginary;
  return std::max(std::abs(real), std::abs(imaginary));
}

template <typename Real>
TensorStatistics scan_complex(std::span<const std::byte> bytes) {
  return scan<Complex<Real>, Real>(
      bytes, [](Complex<Real> value) { return larger_part(value.real, value.imaginary); });
}

/// FP8 with a sign: `mantissa` bits below the exponent. Forms without infinity have one NaN: all
/// ones (fn), or the negative zero (fnuz), whose bias is one more.
struct Float8 {
  int mantissa = 3;
  bool has_infinity = false;
  bool is_fnuz = false;

  float value_of(std::uint8_t bits) const {
    const int exponent_bits = 7 - mantissa;
    const int bias = (1 << (exponent_bits - 1)) - (is_fnuz ? 0 : 1);
    const int magnitude = bits & 0x7f;
    const int exponent = magnitude >> mantissa;
    const int fraction = magnitude & ((1 << mantissa) - 1);
    constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
    if (is_fnuz && bits == 0x80) return kNaN;
    if (has_infinity && exponent == (1 << exponent_bits) - 1) {
      return fraction == 0 ? std::numeric_limits<float>::infinity() : kNaN;
    }
    if (!has_infinity && !is_fnuz && magnitude == 0x7f) return kNaN;
    const int significand = exponent == 0 ? fraction : fraction + (1 << mantissa);
    return std::ldexp(static_cast<float>(significand), std::max(exponent, 1) - bias - mantissa);
  }
};

TensorStatistics scan_float8(std::span<const std::byte> bytes, Float8 form) {
  return scan<std::uint8_t, float>(bytes,
                                   [form](std::uint8_t bits) { return form.value_of(bits); });
}

/// Powers of two from 2^-127 on; 255 is NaN.
float exponent_to_float(std::uint8_t bits) {
  return bits == 0xff ? std::numeric_limits<float>::quiet_NaN() : std::ldexp(1.0F, bits - 127);
}

template <typename Stored>
TensorStatistics scan_as_double(std::span<const std::byte> bytes) {
  return scan<Stored, double>(bytes, [](Stored value) { return static_cast<double>(value); });
}

TensorStatistics scan_integers(DType dtype, std::span<const std::byte> bytes) {
  switch (dtype) {
    case DType::kInt8:
    case DType::kQInt8:
      return scan_as_double<std::int8_t>(bytes);
    case DType::kInt16:
      return scan_as_double<std::int16_t>(bytes);
    case DType::kInt32:
    case DType::kQInt32:
      return scan_as_double<std::int32_t>(bytes);
    case DType::kInt64:
      return scan_as_double<std::int64_t>(bytes);
    case DType::kUInt16:
      return scan_as_double<std::uint16_t>(bytes);
    case DType::kUInt32:
      return scan_as_double<std::uint32_t>(bytes);
    case DType::kUInt64:
      return scan_as_double<std::uint64_t>(bytes);
    default:
      return scan_as_double<std::uint8_t>(bytes);
  }
}

TensorStatistics scan(DType dtype, std::span<const std::byte> bytes) {
  switch (dtype) {
    case DType::kFloat16:
      return scan_16_bits(bytes, half_to_float);
    case DType::kBFloat16:
      return scan_16_bits(bytes, bfloat16_to_float);
    case DType::kFloat32:
      return scan<float, float>(bytes, [](float value) { return value; });
    case DType::kFloat64:
      return scan_as_double<double>(bytes);
    case DType::kComplex32:
      return scan<Complex<std::uint16_t>, float>(bytes, [](Complex<std::uint16_t> value) {
        return larger_part(half_to_float(value.real), half_to_float(value.imaginary));
      });
    case DType::kComplex64:
      return scan_complex<float>(bytes);
    case DType::kComplex128:
      return scan_complex<double>(bytes);
    case DType::kFloat8E4M3FN:
      return scan_float8(bytes, {.mantissa = 3});
    case DType::kFloat8E4M3FNUZ:
      return scan_float8(bytes, {.mantissa = 3, .is_fnuz = true});
    case DType::kFloat8E5M2:
      return scan_float8(bytes, {.mantissa = 2, .has_infinity = true});
    case DType::kFloat8E5M2FNUZ:
      return scan_float8(bytes, {.mantissa = 2, .is_fnuz = true});
    case DType::kFloat8E8M0FNU:
      return scan<std::uint8_t, float>(bytes, exponent_to_float);
    default:
      return scan_integers(dtype, bytes);
  }
}

}  // namespace

TensorStatistics combine(const TensorStatistics& a, const TensorStatistics& b) noexcept {
  TensorStatistics sum;
  sum.elements = a.elements + b.elements;
  sum.non_finite = a.non_finite + b.non_finite;
  sum.zeros = a.zeros + b.zeros;
  sum.half_subnormals = a.half_subnormals + b.half_subnormals;
  sum.half_zeros = a.half_zeros + b.half_zeros;
  sum.above_half_max = a.above_half_max + b.above_half_max;
  sum.not_half_exact = a.not_half_exact + b.not_half_exact;
  sum.max_abs = std::max(a.max_abs, b.max_abs);
  sum.min_abs =
      a.min_abs == 0.0 || (b.min_abs != 0.0 && b.min_abs < a.min_abs) ? b.min_abs : a.min_abs;
  return sum;
}

TensorStatistics statistics_of(const TensorView& tensor) {
  const auto bytes = tensor.contiguous_bytes();
  if (bytes.empty() && tensor.numel() != 0) return scan(tensor.dtype, tensor.packed());
  const TensorStatistics statistics = scan(tensor.dtype, bytes);
  tensor.check_file();
  return statistics;
}

}  // namespace harness
