#include "harness/judge/rules/evaluated/hardware_claims.h"

#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "harness/base/measurement.h"
#include "harness/base/number_text.h"
#include "harness/base/text.h"
#include "harness/judge/evidence.h"
#include "harness/judge/hardware.h"
#include "harness/judge/number_claim.h"
#include "harness/judge/rules/evaluated/memory_claims.h"
#include "harness/judge/rules/evaluated/row_evaluations.h"
#include "harness/judge/rules/evaluated/speed_claims.h"
#include "harness/record/evaluation_record.h"

namespace harness {
namespace {

constexpr double kBytesPerGb = 1073741824.0;
constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();

/// As sources write the arithmetic in which convolutions compute: "FP16".
std::string_view mode_of(const Row& row) {
  switch (facts(row.policy()).compute) {
    case ElementType::kFloat16:
      return "FP16";
    case ElementType::kBfloat16:
      return "BF16";
    case ElementType::kFloat64:
      return "FP64";
    default:
      return "FP32";
  }
}

/// Kernels of ours compute the same bits in less time and memory than what the source ran.
std::string unfit_kernels(const EvaluationRecord& record) {
  if (!record.fused_norm.value && record.segmentation.value.empty()) return "";
  return "evaluated with kernels of halfproof's own, which the source does not have";
}

/// Judges a number that means something only on the hardware that it was published for.
Finding judge_on_hardware(const ClaimContext& context, double (*measure)(const EvaluationRecord&),
                          const std::string& what) {
  const std::string precision = row_precision(context.row);
  const auto evidence = find_evaluation(context, "evaluate", precision);
  if (evidence.absence) return in_precision(*evidence.absence, precision);
  const double measured = measure(*evidence.record);
  if (auto finding = unjudgeable(context.claim, *evidence.result,
                                 first_of({unfitness(context.claim, context.row, *evidence.result),
                                           unfit_kernels(*evidence.record)}),
                                 measured)) {
    return in_precision(*finding, precision);
  }
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

std::string unfit_work(const Json& conditions) {
  const std::string stage = text_at(conditions, {"stage"});
  if (!stage.empty() && stage != "evaluate") {
    return fmt::format("published for the stage {}, this is the stage evaluate", stage);
  }
  const auto batch = count_at(conditions, {"batch_size"});
  if (batch && *batch != 1) {
    return fmt::format("published for {} at a time, this is one", plural(*batch, "image"));
  }
  const auto gpus = count_at(conditions, {"gpus"});
  if (gpus && *gpus != 1) {
    return fmt::format("published for {}, this is one device", plural(*gpus, "GPU"));
  }
  return "";
}

std::string unfit_computation(const Json& conditions, const Row& row) {
  const std::string backend = text_at(conditions, {"backend"});
  const std::string library = lower_case(backend);
  if (!backend.empty() && library != "pytorch" && library != "libtorch") {
    return fmt::format("published for the backend {}, this is PyTorch's", backend);
  }
  const std::string mode = text_at(conditions, {"mode"});
  if (!mode.empty() && lower_case(mode) != lower_case(mode_of(row))) {
    return fmt::format("published for the mode {}, this is {}", mode, mode_of(row));
  }
  return "";
}

std::string unfitness(const Claim& claim, const Row& row, const RunResult& result) {
  for (const auto& reason : {unfit_work(claim.conditions), unfit_computation(claim.conditions, row),
                             unfit_hardware(claim.conditions, result)}) {
    if (!reason.empty()) return reason;
  }
  return "";
}

Finding unfit(std::string reason, double measured) {
  Finding finding;
  finding.verdict = Verdict::kUnfit;
  finding.reason = std::move(reason);
  return with_measured(std::move(finding), measured);
}

std::optional<Finding> unjudgeable(const Claim& claim, const RunResult& result,
                                   std::string unfit_reason, double measured) {
  std::string unnamed = unnamed_hardware(claim.conditions, result);
  // That a number was not published says more (conclude()).
  if (!unnamed.empty() && !claim.value.is_null()) {
    return with_measured(not_verifiable(std::move(unnamed)), measured);
  }
  if (unfit_reason.empty()) return std::nullopt;
  return unfit(std::move(unfit_reason), measured);
}

Finding judge_memory(const ClaimContext& context) {
  if (text_at(context.claim.conditions, {"stage"}) == "train") {
    return judge_training_memory(context);
  }
  return judge_on_hardware(context, peak_gb, "peak memory");
}

Finding judge_fps(const ClaimContext& context) {
  if (is_timed(context)) return judge_timed_fps(context);
  return judge_on_hardware(context, images_per_second, "speed");
}

}  // namespace harness
