#include "harness/data/random_stream.h"

namespace harness {
namespace {

constexpr int kRounds = 10;
constexpr std::uint64_t kMultiplier0 = 0xD2511F53;
constexpr std::uint64_t kMultiplier1 = 0xCD9E8D57;
constexpr std::uint32_t kWeyl0 = 0x9E3779B9;
constexpr std::uint32_t kWeyl1 = 0xBB67AE85;

std::uint32_t high(std::uint64_t value) noexcept {
  return static_cast<std::uint32_t>(value >> 32U);
}

std::uint32_t low(std::uint64_t value) noexcept {
  return static_cast<std::uint32_t>(value);
}

}  // namespace

PhiloxCounter philox4x32_10(PhiloxCounter counter, PhiloxKey key) noexcept {
  for (int round = 0; round < kRounds; ++round) {
    const std::uint64_t product0 = kMultiplier0 * counter[0];
    const std::uint64_t product1 = kMultiplier1 * counter[2];
    counter = {high(product1) ^ counter[1] ^ key[0], low(product1),
               high(product0) ^ counter[3] ^ key[1], low(product0)};
    key = {key[0] + kWeyl0, key[1] + kWeyl1};
  }
  return counter;
}

RandomStream::RandomStream(const StreamId& id) noexcept
    : key_{low(id.seed), high(id.seed)},
      counter_{0, static_cast<std::uint32_t>(id.use), id.item, id.epoch} {}

std::uint32_t RandomStream::bits() noexcept {
  if (used_ == words_.size()) {
    words_ = philox4x32_10(counter_, key_);
    ++counter_[0];
    used_ = 0;
  }
  return words_[used_++];
}

double RandomStream::unit() noexcept {
  const std::uint64_t upper = bits() >> 5U;
  const std::uint64_t lower = bits() >> 6U;
  return static_cast<double>(upper << 26U | lower) * 0x1p-53;
}

double RandomStream::real(double low, double high) noexcept {
  return low + (high - low) * unit();
}

std::int64_t RandomStream::integer(std::int64_t low, std::int64_t high) noexcept {
  const auto span = static_cast<std::uint64_t>(high - low);
  const std::uint64_t unfair = (std::uint64_t{1} << 32U) % span;
  std::uint64_t product = bits() * span;
  while (static_cast<std::uint32_t>(product) < unfair) product = bits() * span;
  return low + static_cast<std::int64_t>(product >> 32U);
}

}  // namespace harness
