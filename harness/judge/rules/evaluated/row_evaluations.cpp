#include "harness/judge/rules/evaluated/row_evaluations.h"

#include <string>

#include <fmt/format.h>

#include "harness/base/error.h"
#include "harness/base/number_text.h"
#include "harness/base/sha256.h"
#include "harness/judge/counts.h"
#include "harness/judge/hardware.h"
#include "harness/judge/parity_rounding.h"
#include "harness/judge/rules/evaluated/evaluation_agreement.h"
#include "harness/judge/rules/evaluated/network_facts.h"
#include "harness/judge/rules/file/config_facts.h"
#include "harness/judge/rules/file/examined_files.h"
#include "harness/table/model_spec.h"

namespace harness {
namespace {

std::string digest_of(const RunResult& result, const char* name) {
  const auto found = result.digests.find(name);
  return found == result.digests.end() ? "" : found->second;
}

/// The record or, in the place of it, why it cannot be used.
template <Record R>
RecordEvidence<R> refused(const RunResult& result, const std::string& why) {
  return {nullptr, std::nullopt,
          fail_unmeasured(fmt::format("{} cannot be used: {}",
                                      execution_text(result.stage, result.precision, result.seed),
                                      why))};
}

/// Why it is not the examined checkpoint that the result is of.
std::string other_file(const RunResult& result, const ExaminedFiles& files) {
  const CheckpointRecord* checkpoint = files.checkpoint();
  if (files.checkpoint_absence) {
    return "the file was not examined: " + files.checkpoint_absence->reason;
  }
  if (checkpoint == nullptr || !checkpoint->stored) return "no checkpoint was examined";
  const std::string digest = digest_of(result, "checkpoint");
  if (digest == checkpoint->stored->sha256) return "";
  return fmt::format(
      "it is of a checkpoint whose sha256 is \"{}\", the one that was examined has {}", digest,
      checkpoint->stored->sha256);
}

ModelSpec model_of(const ClaimContext& context, const ExaminedFiles& files) {
  return resolve_model(context.row, config_model(files.checkpoint()->config));
}

/// The file must be the examined one.
std::string other_model(const ClaimContext& context, const RunResult& result,
                        const EvaluationRecord& record, const ExaminedFiles& files) {
  try {
    return other_network(record, model_of(context, files), policy_of_precision(result.precision));
  } catch (const Error& error) {
    return "nobody can tell what the row's model has to compute: " + error.detail();
  }
}

/// Its records that cannot be read fail by themselves.
std::string contradiction_by(const ClaimContext& context, const RunResult& other,
                             const RunResult& result, const EvaluationRecord& record) {
  if (other.stage == "parity") {
    const auto parity = read_record<ParityRecord>(context, use_result(other));
    if (!parity.record || result.stage != "evaluate") return "";
    const bool is_half = result.precision == other.precision;
    if (!is_half && result.precision != "fp32") return "";
    return first_of({disagreement(*parity.record,
                                  is_half ? ComparedSide::kHalf : ComparedSide::kReference, record),
                     other_setting(result, other)});
  }
  const auto evaluation = read_record<EvaluationRecord>(context, use_result(other));
  if (!evaluation.record) return "";
  return first_of({disagreement(record, *evaluation.record), other_setting(result, other)});
}

std::string contradiction_in_row(const ClaimContext& context, const RunResult& result,
                                 const EvaluationRecord& record) {
  for (const auto& other : context.results) {
    const bool is_evaluation =
        other.stage == "evaluate" || other.stage == "evaluate_ms_flip" || other.stage == "parity";
    if (&other == &result || other.row != result.row || !is_evaluation) continue;
    const std::string why = contradiction_by(context, other, result, record);
    if (why.empty()) continue;
    return fmt::format("{} says otherwise: {}", execution_text(other.stage, other.precision), why);
  }
  return "";
}

/// Label maps that are equal differ in no pixel; those of one arithmetic are the same in both
/// stages, which see them in one pass.
std::string other_predictions(const RecordEvidence<ParityRecord>& comparison, const RunResult& half,
                              const RunResult& reference) {
  const std::string ours = digest_of(*comparison.result, "predictions");
  const std::string evaluated = digest_of(half, "predictions");
  if (!is_sha256(ours) || ours != evaluated) {
    return fmt::format("its predictions have the sha256 \"{}\", those that were evaluated \"{}\"",
                       ours, evaluated);
  }
  const std::string theirs = digest_of(reference, "predictions");
  if (!is_sha256(theirs)) {
    return fmt::format("the sha256 of FP32's predictions is \"{}\"", theirs);
  }
  if (theirs != ours) return "";
  if (comparison.record->changed_pixels == 0) return "";
  return "pixels change class between predictions that have the same sha256";
}

std::string unfit_yardstick(const EvaluationRecord& reference) {
  if (reference.logits.non_finite == 0) return "";
  return fmt::format("FP32 is the yardstick, and {} of it are NaN or infinite",
                     plural(reference.logits.non_finite, "logit"));
}

}  // namespace

RecordEvidence<EvaluationRecord> find_evaluation(const ClaimContext& context,
                                                 std::string_view stage,
                                                 std::string_view precision) {
  auto evidence = find_record<EvaluationRecord>(context, stage, precision);
  if (evidence.absence) return evidence;
  const RunResult& result = *evidence.result;
  const ExaminedFiles files = find_files(context);
  std::string why = other_file(result, files);
  if (why.empty()) why = other_data(*evidence.record, context.scope.data);
  if (why.empty()) why = other_model(context, result, *evidence.record, files);
  if (why.empty()) why = contradiction_in_row(context, result, *evidence.record);
  return why.empty() ? evidence : refused<EvaluationRecord>(result, why);
}

RecordEvidence<ParityRecord> find_comparison(const ClaimContext& context,
                                             std::string_view precision) {
  auto comparison = find_record<ParityRecord>(context, "parity", precision);
  if (comparison.absence) return comparison;
  const RunResult& result = *comparison.result;
  const auto half = find_evaluation(context, "evaluate", precision);
  const auto reference = find_evaluation(context, "evaluate", "fp32");
  for (const auto* evaluation : {&half, &reference}) {
    if (!evaluation->absence) continue;
    return refused<ParityRecord>(result,
                                 "it rests on both evaluations: " + evaluation->absence->reason);
  }
  const ExaminedFiles files = find_files(context);
  const auto longest_sum = static_cast<double>(network_facts(model_of(context, files)).longest_sum);
  const std::string why =
      first_of({other_file(result, files), unfit_yardstick(*reference.record),
                other_predictions(comparison, *half.result, *reference.result),
                disagreement(*comparison.record, *half.record, *reference.record),
                reference_defect(comparison.record->logits,
                                 policy_of_precision(std::string(precision)), longest_sum)});
  return why.empty() ? comparison : refused<ParityRecord>(result, why);
}

}  // namespace harness
