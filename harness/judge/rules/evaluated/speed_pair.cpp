#include "harness/judge/rules/evaluated/speed_pair.h"

#include <fmt/format.h>

#include "harness/judge/counts.h"
#include "harness/judge/hardware.h"

namespace harness {
namespace {

using Evidence = RecordEvidence<SpeedRecord>;

/// Norms stay FP32, and everything else is half as large.
constexpr double kHalfWeights = 0.6;

std::string other_times(const SpeedRecord& timed, const SpeedRecord& reference) {
  if (reference.own && timed.own && timed.own->speedup &&
      timed.own->speedup->reference_seconds == reference.own->seconds) {
    return "";
  }
  return "the times of fp32 are not those that its own result has; both are timed in one process";
}

std::string other_weights(std::int64_t timed, std::int64_t reference, Policy policy) {
  if (policy == Policy::kFp64) return "";
  const bool is_half = policy == Policy::kFp16Master;
  const bool fits = is_half
                        ? static_cast<double>(timed) < kHalfWeights * static_cast<double>(reference)
                        : timed == reference;
  if (fits) return "";
  return fmt::format("{} bytes of weights beside {} in fp32, expected {}", timed, reference,
                     is_half ? "about half as many" : "as many");
}

}  // namespace

std::string mismatch(const Evidence& timed, const Evidence& reference, Policy policy) {
  const auto& a = *timed.record;
  const auto& b = *reference.record;
  return first_of(
      {other_times(a, b),
       difference_from_fp32("the setup", record_to_json(a.setup), record_to_json(b.setup)),
       other_machine(*timed.result, *reference.result),
       difference_from_fp32("the number of operations", a.image.convolution_flops,
                            b.image.convolution_flops),
       other_weights(a.image.weights_bytes, b.image.weights_bytes, policy)});
}

}  // namespace harness
