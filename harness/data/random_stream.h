#pragma once

#include <array>
#include <cstdint>

namespace harness {

using PhiloxCounter = std::array<std::uint32_t, 4>;
using PhiloxKey = std::array<std::uint32_t, 2>;

/// Philox4x32-10: 128 random bits that depend only on the counter and the key.
/// Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC11,
/// https://doi.org/10.1145/2063384.2063405.
PhiloxCounter philox4x32_10(PhiloxCounter counter, PhiloxKey key) noexcept;

/// What the numbers of a stream decide. The values are part of a seed's meaning: never change one.
enum class StreamUse : std::uint32_t {
  kOrder = 0,        ///< The order of the images in an epoch; the item is 0.
  kResize = 1,       ///< The ratio of a training image; the item is its index in the data set.
  kCrop = 2,         ///< Its crop windows.
  kFlip = 3,         ///< Whether it is mirrored.
  kPhotometric = 4,  ///< Its photometric distortion.
};

/// The name of one stream. Two streams whose names differ in any part are independent.
struct StreamId {
  std::uint64_t seed = 0;
  std::uint32_t epoch = 0;
  std::uint32_t item = 0;
  StreamUse use = StreamUse::kOrder;
};

/// The random numbers of one name: the same on every machine, in any thread, in any order of calls.
///
/// Word i is word i modulo 4 of philox4x32_10({i / 4, use, item, epoch}, {low half of seed, high
/// half of seed}). The words of a stream repeat after 2^34.
class RandomStream {
 public:
  explicit RandomStream(const StreamId& id) noexcept;

  /// The next word.
  std::uint32_t bits() noexcept;

  /// A multiple of 2^-53 in [0, 1): ((a >> 5) * 2^26 + (b >> 6)) / 2^53 for two words a and b,
  /// taken in this order. The mapping of numpy's random_sample.
  double unit() noexcept;

  /// low + (high - low) * unit().
  double real(double low, double high) noexcept;

  /// A whole number from low to high - 1, each equally likely. 1 <= high - low <= 2^32.
  ///
  /// low plus the upper half of the 64-bit product w * (high - low) for a word w; words whose
  /// product has a lower half below 2^32 modulo (high - low) are skipped (Lemire, "Fast random
  /// integer generation in an interval", https://doi.org/10.1145/3230636).
  std::int64_t integer(std::int64_t low, std::int64_t high) noexcept;

 private:
  PhiloxKey key_;
  PhiloxCounter counter_;
  PhiloxCounter words_{};
  std::uint32_t used_ = 4;  // How many of words_ are used.
};

}  // namespace harness
