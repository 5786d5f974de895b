#include "harness/judge/rules/evaluated/hardware_claims.h"

#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "harness/base/measurement.h"
#include "harness/judge/evidence.h"
#include "harness/judge/hardware.h"
#include "harness/judge/number_claim.h"
#include "harness/record/evaluation_record.h"

namespace harness {
namespace {

constexpr double kBytesPerGb = 1073741824.0;
constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();

/// Why the claim cannot be judged by an evaluation on this hardware; "" when it can.
std::string unfitness(const Claim& claim, const RunResult& result) {
  const std::string stage = text_at(claim.conditions, {"stage"});
  if (!stage.empty() && stage != "evaluate") {
    return fmt::format("published for the stage {}, this is the stage evaluate", stage);
  }
  return unfit_hardware(claim.conditions, result);
}

Finding unfit(std::string reason, double measured) {
  Finding finding;
  finding.verdict = Verdict::kUnfit;
  finding.reason = std::move(reason);
  if (std::isfinite(measured)) finding.measured = measured;
  return finding;
}

/// Judges a number that means something only on the hardware that it was published for.
Finding judge_on_hardware(const ClaimContext& context, double (*measure)(const EvaluationRecord&),
                          const std::string& what) {
  const std::string precision = row_precision(context.row);
  const auto evidence = find_record<EvaluationRecord>(context, "evaluate", precision);
  if (evidence.absence) return in_precision(*evidence.absence, precision);
  const double measured = measure(*evidence.record);
  std::string reason = unfitness(context.claim, *evidence.result);
  if (!reason.empty()) return in_precision(unfit(std::move(reason), measured), precision);
  if (!(measured > 0.0))
    return in_precision(fail_unmeasured(fmt::format("no {} was measured", what)), precision);
  return in_precision(
      judge_number_claim(context.claim, measured, PublishedAs::kPrinted,
                         fmt::format("in {} on {}", precision, hardware_of(*evidence.result))),
      precision);
}

double peak_gb(const EvaluationRecord& record) {
  return record.forward ? static_cast<double>(record.forward->peak_bytes) / kBytesPerGb : kNothing;
}

double images_per_second(const EvaluationRecord& record) {
  return record.images_per_second;
}

}  // namespace

Finding judge_memory(const ClaimContext& context) {
  return judge_on_hardware(context, peak_gb, "peak memory");
}

Finding judge_fps(const ClaimContext& context) {
  return judge_on_hardware(context, images_per_second, "speed");
}

}  // namespace harness
