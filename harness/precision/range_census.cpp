#include "harness/precision/range_census.h"

#include <algorithm>
#include <bit>

#include "harness/precision/range_bits.h"
#include "harness/precision/range_census_cuda.h"

namespace harness {
namespace {

/// Counts of one block, as wide as the values themselves so that the loop vectorises.
template <typename Word>
struct BlockCensus {
  Word non_finite, zeros, below_min_normal, above_half_max, max;
};

/// Fewer elements than overflow a signed 16-bit counter.
constexpr std::int64_t kBlock = 16384;

/// Not inlined, nor cloned: where GCC 12 knows the thresholds, it no longer vectorises the loop.
template <typename Word>
[[gnu::noipa]] BlockCensus<Word> count_block(const Word* values, std::int64_t count,
                                             RangeBits<Word> bits) {
  Word non_finite = 0, zeros = 0, below = 0, above = 0, max = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    const auto magnitude = static_cast<Word>(values[i] & bits.magnitude);
    non_finite = static_cast<Word>(non_finite + (magnitude >= bits.infinity ? 1 : 0));
    zeros = static_cast<Word>(zeros + (magnitude == 0 ? 1 : 0));
    below = static_cast<Word>(below + (magnitude < bits.half_min_normal ? 1 : 0));
    above = static_cast<Word>(above + (magnitude > bits.half_max ? 1 : 0));
    const Word finite = magnitude >= bits.infinity ? Word{0} : magnitude;
    max = finite > max ? finite : max;
  }
  return {non_finite, zeros, below, above, max};
}

template <typename Scalar, typename Word>
RangeCensus count(const torch::Tensor& values, RangeBits<Word> bits) {
  static_assert(sizeof(Scalar) == sizeof(Word));
  const auto* words = static_cast<const Word*>(values.const_data_ptr());
  RangeCensus census;
  census.elements = values.numel();
  Word max = 0;
  for (std::int64_t start = 0; start < census.elements; start += kBlock) {
    const auto length = std::min(kBlock, census.elements - start);
    const auto block = count_block(words + start, length, bits);
    census.non_finite += static_cast<std::int64_t>(block.non_finite);
    census.zeros += static_cast<std::int64_t>(block.zeros);
    census.half_subnormals += static_cast<std::int64_t>(block.below_min_normal - block.zeros);
    census.above_half_max += static_cast<std::int64_t>(block.above_half_max - block.non_finite);
    max = std::max(max, block.max);
  }
  census.max_abs = static_cast<double>(std::bit_cast<Scalar>(max));
  return census;
}

/// The elements without gaps, in any order: a census does not depend on the order.
torch::Tensor packed(const torch::Tensor& values) {
  const auto own = values.detach();
  return own.is_non_overlapping_and_dense() ? own : own.contiguous();
}

RangeCensus count_on_host(const torch::Tensor& values) {
  switch (values.scalar_type()) {
    case torch::kHalf:
      return count<at::Half>(values, kHalfBits);
    case torch::kBFloat16:
      return count<at::BFloat16>(values, kBFloat16Bits);
    case torch::kFloat:
      return count<float>(values, kFloatBits);
    case torch::kDouble:
      return count<double>(values, kDoubleBits);
    default:
      TORCH_CHECK(false, "census: expected a floating-point tensor, got ", values.dtype());
  }
}

/// Set once, before a GPU is used.
AddCensusOnGpu* add_census_on_gpu = nullptr;

}  // namespace

void use_gpu_census(AddCensusOnGpu* function) {
  add_census_on_gpu = function;
}

RangeCensus& RangeCensus::operator+=(const RangeCensus& other) {
  elements += other.elements;
  non_finite += other.non_finite;
  zeros += other.zeros;
  half_subnormals += other.half_subnormals;
  above_half_max += other.above_half_max;
  max_abs = std::max(max_abs, other.max_abs);
  return *this;
}

RangeCensus census_of(const torch::Tensor& values) {
  RangeTally tally;
  tally.add(values);
  return tally.total();
}

void RangeTally::add(const torch::Tensor& values) {
  if (values.is_cuda() && add_census_on_gpu != nullptr) {
    if (!device_.defined()) device_ = torch::zeros({6}, values.options().dtype(torch::kLong));
    add_census_on_gpu(packed(values), device_);
    return;
  }
  host_ += count_on_host(packed(values.cpu()));
}

RangeCensus RangeTally::total() const {
  if (!device_.defined()) return host_;
  const auto counters = device_.cpu();
  const auto* value = counters.const_data_ptr<std::int64_t>();
  RangeCensus sum{.elements = value[0],
                  .non_finite = value[1],
                  .zeros = value[2],
                  .half_subnormals = value[3],
                  .above_half_max = value[4],
                  .max_abs = std::bit_cast<double>(value[5])};
  sum += host_;
  return sum;
}

}  // namespace harness
