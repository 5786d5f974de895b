#include "harness/judge/rules/evaluated/hardware_claims.h"

#include "harness/base/measurement.h"
#include "harness/base/text.h"
#include "harness/judge/evidence.h"
#include "harness/judge/number_claim.h"

namespace harness {
namespace {

constexpr double kBytesPerGb = 1073741824.0;

/// The name of what computed: the GPU's for cuda, the processor's for cpu.
std::string hardware_of(const RunResult& result) {
  if (result.device == "cuda") return text_at(result.environment, {"gpu", "name"});
  return text_at(result.environment, {"machine", "cpu"});
}

/// Why the claim cannot be judged on this hardware; "" when it can.
std::string unfitness(const Claim& claim, const std::string& hardware) {
  const std::string stage = text_at(claim.conditions, {"stage"});
  if (!stage.empty() && stage != "evaluate") {
    return "published for the stage " + stage + ", this is the stage evaluate";
  }
  const std::string published = text_at(claim.conditions, {"hardware"});
  const std::string here = hardware.empty() ? "unknown hardware" : hardware;
  if (published.empty()) return "the source does not say on what hardware; this is " + here;
  const bool same = lower_case(hardware).find(lower_case(published)) != std::string::npos;
  return same ? "" : "published for " + published + ", this is " + here;
}

/// Judges a number that means something only on the hardware that it was published for.
Finding judge_on_hardware(const ClaimContext& context, const char* key, double unit,
                          const std::string& what) {
  const std::string precision = row_precision(context.row);
  const auto evidence = find_result(context, "evaluate", precision);
  if (evidence.absence) return in_precision(*evidence.absence, precision);
  const auto& result = *evidence.result;
  const auto measured = number_at(result.measurements, {key});
  const std::string unfit = unfitness(context.claim, hardware_of(result));
  if (!unfit.empty()) {
    Finding finding;
    finding.verdict = Verdict::kUnfit;
    finding.reason = unfit;
    if (measured) finding.measured = *measured / unit;
    return in_precision(finding, precision);
  }
  if (!measured || !(*measured > 0.0))
    return in_precision(missing("no " + what + " was measured"), precision);
  return in_precision(judge_number_claim(context, *measured / unit, PublishedAs::kPrinted,
                                         "in " + precision + " on " + hardware_of(result)),
                      precision);
}

}  // namespace

Finding judge_memory(const ClaimContext& context) {
  return judge_on_hardware(context, "peak_bytes", kBytesPerGb, "peak memory");
}

Finding judge_fps(const ClaimContext& context) {
  return judge_on_hardware(context, "images_per_second", 1.0, "speed");
}

}  // namespace harness
