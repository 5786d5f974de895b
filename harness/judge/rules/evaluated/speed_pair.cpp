#include "harness/judge/rules/evaluated/speed_pair.h"

#include <fmt/format.h>

#include "harness/judge/counts.h"

namespace harness {
namespace {

using Evidence = RecordEvidence<SpeedRecord>;

/// Norms stay FP32, and everything else is half as large.
constexpr double kHalfWeights = 0.6;

std::string other(std::string_view what, const Json& timed, const Json& reference) {
  if (timed == reference) return "";
  return fmt::format("{} is {}, and that of fp32 is {}", what, timed.dump(), reference.dump());
}

std::string other_times(const SpeedRecord& timed, const SpeedRecord& reference) {
  if (reference.own && timed.own && timed.own->speedup &&
      timed.own->speedup->reference_seconds == reference.own->seconds) {
    return "";
  }
  return "the times of fp32 are not those that its own result has; both are timed in one process";
}

std::string other_gpu(const EnvironmentRecord& timed, const EnvironmentRecord& reference) {
  if (!timed.gpu && !reference.gpu) return "";
  if (!timed.gpu || !reference.gpu) return "only one of the results names its GPU";
  return first_of({other("the GPU", timed.gpu->name, reference.gpu->name),
                   other("the GPU's id", timed.gpu->uuid_sha256_8, reference.gpu->uuid_sha256_8)});
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
  const auto& environment = timed.result->environment;
  const auto& others = reference.result->environment;
  return first_of(
      {other_times(a, b), other("the setup", record_to_json(a.setup), record_to_json(b.setup)),
       other("the device", timed.result->device, reference.result->device),
       other_gpu(environment, others),
       other("the program's commit", environment.build.commit, others.build.commit),
       other("the number of operations", a.image.convolution_flops, b.image.convolution_flops),
       other_weights(a.image.weights_bytes, b.image.weights_bytes, policy)});
}

}  // namespace harness
