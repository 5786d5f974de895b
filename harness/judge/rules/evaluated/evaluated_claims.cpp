#include "harness/judge/rules/evaluated/evaluated_claims.h"

#include <cmath>

#include <fmt/format.h>

#include "harness/base/number_text.h"
#include "harness/judge/evidence.h"
#include "harness/judge/number_claim.h"
#include "harness/judge/rules/evaluated/row_evaluations.h"
#include "harness/record/evaluation_record.h"

namespace harness {
namespace {

/// "; in fp32 52.060": what the row's other arithmetics measured in the same stage.
std::string other_arithmetics(const ClaimContext& context, const RunResult& result) {
  std::string text;
  for (const auto& other : context.results) {
    const bool is_other = other.row == result.row && other.stage == result.stage &&
                          other.precision != result.precision;
    if (!is_other) continue;
    const auto evidence = read_record<EvaluationRecord>(context, use_result(other));
    if (!evidence.record || !std::isfinite(evidence.record->miou)) continue;
    text += fmt::format("; in {} {}", other.precision,
                        measured_text(evidence.record->miou, context.claim.digits));
  }
  return text;
}

Finding judge_miou_of(const ClaimContext& context, const EvaluationRecord& record,
                      const RunResult& result) {
  if (record.images <= 0) return fail_unmeasured("no image was evaluated");
  if (record.pixels <= 0) return fail_unmeasured("no pixel was counted");
  if (!std::isfinite(record.miou)) return fail_unmeasured("the evaluation has no finite mIoU");
  // "16 images in fp16 on cpu; in fp32 52.060".
  return judge_number_claim(
      context.claim, record.miou, PublishedAs::kPrinted,
      fmt::format("{} in {} on {}{}", plural(record.images, "image"), result.precision,
                  result.device, other_arithmetics(context, result)));
}

Finding judge_evaluation(const ClaimContext& context, std::string_view stage) {
  const std::string precision = row_precision(context.row);
  const auto evidence = find_evaluation(context, stage, precision);
  return in_precision(evidence.absence ? *evidence.absence
                                       : judge_miou_of(context, *evidence.record, *evidence.result),
                      precision);
}

}  // namespace

Finding judge_miou(const ClaimContext& context) {
  return judge_evaluation(context, "evaluate");
}

Finding judge_miou_ms_flip(const ClaimContext& context) {
  return judge_evaluation(context, "evaluate_ms_flip");
}

}  // namespace harness
