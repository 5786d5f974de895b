#include "harness/judge/rules/evaluated/speed_pair.h"

#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "harness/base/number_text.h"
#include "harness/judge/counts.h"
#include "harness/judge/hardware.h"

namespace harness {
namespace {

using Evidence = RecordEvidence<SpeedRecord>;

/// Norms stay FP32, and everything else is half as large.
constexpr double kHalfWeights = 0.6;
constexpr double kMediansOfRatios = 1.1;

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

template <Record R>
Json json_of(const std::optional<R>& record) {
  return record ? record_to_json(*record) : Json();
}

/// What one process measured for all precisions together. Both have our own protocol.
std::string other_session(const SpeedRecord& timed, const SpeedRecord& reference) {
  return first_of({difference_from_fp32("the roof before", json_of(timed.roof_before),
                                        json_of(reference.roof_before)),
                   difference_from_fp32("the roof after", json_of(timed.roof_after),
                                        json_of(reference.roof_after)),
                   difference_from_fp32("the warm-up", timed.own->warmup_seconds,
                                        reference.own->warmup_seconds),
                   difference_from_fp32("the record of the clocks", json_of(timed.own->clocks),
                                        json_of(reference.own->clocks))});
}

/// The ends of an interval, or where there is none its median.
double low_end(const MedianRecord& time) {
  return std::isnan(time.low) ? time.median : time.low;
}
double high_end(const MedianRecord& time) {
  return std::isnan(time.high) ? time.median : time.high;
}

std::string other_network_ratio(const OwnProtocolRecord& timed, const OwnProtocolRecord& fp32) {
  const double ratio = timed.speedup->network_ratio;
  const double least = low_end(fp32.network) / high_end(timed.network);
  const double most = high_end(fp32.network) / low_end(timed.network);
  if (ratio >= least / kMediansOfRatios && ratio <= most * kMediansOfRatios) return "";
  return fmt::format("the network is {} times as fast as FP32's, whose times give {} to {}",
                     short_text(ratio), short_text(least), short_text(most));
}

}  // namespace

std::string mismatch(const Evidence& timed, const Evidence& reference, Policy policy) {
  const auto& a = *timed.record;
  const auto& b = *reference.record;
  if (auto other = other_times(a, b); !other.empty()) return other;
  return first_of(
      {other_session(a, b), other_network_ratio(*a.own, *b.own),
       difference_from_fp32("the setup", record_to_json(a.setup), record_to_json(b.setup)),
       other_machine(*timed.result, *reference.result),
       difference_from_fp32("the number of operations", a.image.convolution_flops,
                            b.image.convolution_flops),
       other_weights(a.image.weights_bytes, b.image.weights_bytes, policy)});
}

}  // namespace harness
