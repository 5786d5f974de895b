#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "harness/arithmetic/element_type.h"

namespace harness {

/// Elements of one format in memory, without LibTorch.
class Array {
 public:
  Array() = default;
  /// All zero.
  Array(ElementType type, std::int64_t elements);

  ElementType type() const noexcept { return type_; }
  std::int64_t elements() const noexcept { return elements_; }
  std::span<const std::byte> bytes() const noexcept { return bytes_; }
  std::span<std::byte> bytes() noexcept { return bytes_; }

  /// Exact.
  double at(std::int64_t i) const noexcept;
  /// Rounds to nearest, ties to even. For 16 bits the value must be exact in float.
  void set(std::int64_t i, double value) noexcept;

 private:
  ElementType type_ = ElementType::kFloat32;
  std::int64_t elements_ = 0;
  std::vector<std::byte> bytes_;
};

/// The value rounded to the format and widened again, as Array::set() does.
double rounded(ElementType type, double value) noexcept;

/// Signed numbers without a zero, whose exponents spread as those of real tensors do: 2^(center - n
/// / 2 + B) times a factor from 1 to 2, where B is binomial(n, 1/2).
struct ValueRange {
  int center = 0;
  int spread = 8;  ///< n.
};

/// Batch-normed activations about 2^-1, weights about 2^-5 (He's start of a few thousand inputs),
/// gradients of a loss scaled by 512 about 2^-10 and over 24 octaves, so that some are subnormal in
/// half.
inline constexpr ValueRange kActivations{-1, 8};
inline constexpr ValueRange kWeights{-5, 8};
inline constexpr ValueRange kGradients{-10, 24};

/// Element i is a function of (seed, i) alone, rounded to the format.
Array draw_values(ElementType type, std::int64_t elements, const ValueRange& range,
                  std::uint64_t seed);

/// Integers from -largest to largest, without 0.
Array draw_integers(ElementType type, std::int64_t elements, std::int64_t largest,
                    std::uint64_t seed);

}  // namespace harness
