#include "harness/artifact/tensor_statistics.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <span>
#include <type_traits>

#include "harness/base/float16.h"

namespace harness {
namespace {

constexpr double kHalfMinSubnormal = 5.9604644775390625e-08;  // 2^-24, IEEE 754-2019 table 3.5.
constexpr std::size_t kBlock = 4096;

/// Whether rounding to binary16 keeps a finite |x|: 11 significant bits, none below 2^-24.
template <typename Real>
bool is_half_exact(Real magnitude) {
  if (magnitude > static_cast<Real>(kHalfMax)) return false;
  if (magnitude < static_cast<Real>(kHalfMinNormal)) {
    const Real steps = magnitude / static_cast<Real>(kHalfMinSubnormal);
    return steps == std::trunc(steps);
  }
  // binary16 keeps 10 of the stored mantissa's bits.
  using Bits = std::conditional_t<sizeof(Real) == 4, std::uint32_t, std::uint64_t>;
  constexpr Bits kDropped = (Bits{1} << (std::numeric_limits<Real>::digits - 11)) - 1;
  return (std::bit_cast<Bits>(magnitude) & kDropped) == 0;
}

template <typename Real>
void add_block(std::span<const Real> values, TensorStatistics& total) {
  constexpr Real kInfinity = std::numeric_limits<Real>::infinity();
  std::int64_t finite = 0, zeros = 0, subnormals = 0, above = 0, inexact = 0;
  Real largest = 0, smallest = kInfinity;
  for (const Real value : values) {
    const Real magnitude = std::abs(value);
    if (!(magnitude < kInfinity)) continue;
    ++finite;
    zeros += magnitude == 0;
    subnormals += magnitude > 0 && magnitude < static_cast<Real>(kHalfMinNormal);
    above += magnitude > static_cast<Real>(kHalfMax);
    inexact += !is_half_exact(magnitude);
    largest = std::max(largest, magnitude);
    if (magnitude > 0) smallest = std::min(smallest, magnitude);
  }
  TensorStatistics block;
  block.elements = static_cast<std::int64_t>(values.size());
  block.non_finite = block.elements - finite;
  block.zeros = zeros;
  block.half_subnormals = subnormals;
  block.above_half_max = above;
  block.not_half_exact = inexact;
  block.max_abs = static_cast<double>(largest);
  block.min_abs = smallest < kInfinity ? static_cast<double>(smallest) : 0.0;
  total = combine(total, block);
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
    add_block<Real>({values.data(), count}, total);
    bytes = bytes.subspan(count * sizeof(Stored));
  }
  return total;
}

template <typename Stored>
TensorStatistics scan_as_double(std::span<const std::byte> bytes) {
  return scan<Stored, double>(bytes, [](Stored value) { return static_cast<double>(value); });
}

TensorStatistics scan(DType dtype, std::span<const std::byte> bytes) {
  switch (dtype) {
    case DType::kFloat16:
      return scan<std::uint16_t, float>(bytes, half_to_float);
    case DType::kBFloat16:
      return scan<std::uint16_t, float>(bytes, bfloat16_to_float);
    case DType::kFloat32:
      return scan<float, float>(bytes, [](float value) { return value; });
    case DType::kFloat64:
      return scan_as_double<double>(bytes);
    case DType::kInt8:
      return scan_as_double<std::int8_t>(bytes);
    case DType::kInt16:
      return scan_as_double<std::int16_t>(bytes);
    case DType::kInt32:
      return scan_as_double<std::int32_t>(bytes);
    case DType::kInt64:
      return scan_as_double<std::int64_t>(bytes);
    case DType::kUInt8:
    case DType::kBool:
      return scan_as_double<std::uint8_t>(bytes);
  }
  return {};
}

}  // namespace

TensorStatistics combine(const TensorStatistics& a, const TensorStatistics& b) noexcept {
  TensorStatistics sum;
  sum.elements = a.elements + b.elements;
  sum.non_finite = a.non_finite + b.non_finite;
  sum.zeros = a.zeros + b.zeros;
  sum.half_subnormals = a.half_subnormals + b.half_subnormals;
  sum.above_half_max = a.above_half_max + b.above_half_max;
  sum.not_half_exact = a.not_half_exact + b.not_half_exact;
  sum.max_abs = std::max(a.max_abs, b.max_abs);
  sum.min_abs =
      a.min_abs == 0.0 || (b.min_abs != 0.0 && b.min_abs < a.min_abs) ? b.min_abs : a.min_abs;
  return sum;
}

TensorStatistics statistics_of(const TensorView& tensor) {
  const auto bytes = tensor.contiguous_bytes();
  if (!bytes.empty() || tensor.numel() == 0) return scan(tensor.dtype, bytes);
  return scan(tensor.dtype, tensor.packed());
}

}  // namespace harness
