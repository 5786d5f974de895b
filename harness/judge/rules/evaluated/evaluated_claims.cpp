#include "harness/judge/rules/evaluated/evaluated_claims.h"

#include "harness/base/measurement.h"
#include "harness/base/number_text.h"
#include "harness/judge/evidence.h"
#include "harness/judge/number_claim.h"

namespace harness {
namespace {

/// "16 images in fp16 on cpu; in fp32 52.060".
std::string how_evaluated(const ClaimContext& context, const RunResult& result) {
  const auto images = count_at(result.measurements, {"images"}).value_or(0);
  std::string how = plural(images, "image") + " in " + result.precision + " on " + result.device;
  for (const auto& other : context.results) {
    const auto miou = number_at(other.measurements, {"miou"});
    const bool is_other = other.row == result.row && other.stage == result.stage &&
                          other.precision != result.precision && other.status == RunStatus::kOk;
    if (!is_other || !miou) continue;
    how += "; in " + other.precision + " " + measured_text(*miou, context.claim.digits);
  }
  return how;
}

Finding judge_evaluation(const ClaimContext& context, std::string_view stage) {
  const std::string precision = row_precision(context.row);
  const auto evidence = find_result(context, stage, precision);
  if (evidence.absence) return in_precision(*evidence.absence, precision);
  const Json& measurements = evidence.result->measurements;
  if (count_at(measurements, {"images"}).value_or(0) == 0) {
    return in_precision(missing("no image was evaluated"), precision);
  }
  if (count_at(measurements, {"pixels"}).value_or(0) == 0) {
    return in_precision(missing("no pixel was counted"), precision);
  }
  const auto miou = number_at(measurements, {"miou"});
  if (!miou) return in_precision(missing("the evaluation has no finite mIoU"), precision);
  return in_precision(judge_number_claim(context, *miou, PublishedAs::kPrinted,
                                         how_evaluated(context, *evidence.result)),
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
