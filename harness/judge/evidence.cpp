#include "harness/judge/evidence.h"

#include "harness/base/measurement.h"

namespace harness {
namespace {

const RunResult* result_of(const ClaimContext& context, std::string_view stage,
                           std::string_view precision) {
  for (const auto& result : context.results) {
    if (result.row == context.row.id && result.stage == stage && result.precision == precision) {
      return &result;
    }
  }
  return nullptr;
}

std::string text_of(const RunResult& result) {
  return execution_text(result.stage, result.precision, result.seed);
}

Finding absence_of(const ClaimContext& context, std::string_view stage,
                   std::string_view precision) {
  const std::string what = execution_text(stage, precision);
  const bool asked = context.scope.asks_for_stage(stage) &&
                     (precision.empty() || context.scope.asks_for_precision(precision));
  if (!asked) return skipped("the job was not asked for " + what);
  return missing("no result of " + what + ": it was asked for and left none");
}

/// Why a file that was looked for cannot be judged, if so.
std::optional<Finding> absence_of_file(const Json& record, std::string_view which) {
  const std::string error = text_at(record, {"error"});
  const std::string kind = text_at(record, {"error_kind"});
  if (error.empty() && kind.empty()) return std::nullopt;
  const std::string text = error.empty() ? std::string(which) + ": " + kind : error;
  if (kind == "unreachable") return skipped(std::string(kNoNetwork) + ": " + text, "network");
  return missing(text);
}

}  // namespace

ResultEvidence use_result(const RunResult& result) {
  switch (result.status) {
    case RunStatus::kOk:
      return {&result, std::nullopt};
    case RunStatus::kSkipped:
      return {nullptr, skipped(result.reason.empty() ? "skipped without a reason" : result.reason,
                               missing_resource(result.reason))};
    case RunStatus::kError:
      break;
  }
  return {nullptr, missing(text_of(result) + " failed: " + result.reason)};
}

ResultEvidence find_result(const ClaimContext& context, std::string_view stage,
                           std::string_view precision) {
  const RunResult* result = result_of(context, stage, precision);
  if (result == nullptr) return {nullptr, absence_of(context, stage, precision)};
  return use_result(*result);
}

Finding unreadable(const RunResult& result, const Error& error) {
  return missing(text_of(result) + " cannot be read: " + error.detail());
}

FileEvidence find_file(const ClaimContext& context, std::string_view which) {
  const std::string& published = which == "log" ? context.row.log : context.row.checkpoint;
  const auto verify = find_result(context, "verify", "");
  const Json* record =
      verify.result == nullptr ? nullptr : find_at(verify.result->measurements, {which});
  if (record != nullptr && record->is_object()) {
    return {record, absence_of_file(*record, which)};
  }
  if (published.empty())
    return {nullptr, not_verifiable("the source publishes no " + std::string(which))};
  if (verify.absence) return {nullptr, verify.absence};
  return {nullptr, missing("verify recorded nothing of the " + std::string(which) +
                           ", which the source publishes")};
}

std::string row_precision(const Row& row) {
  const std::string policy = text_at(row.arithmetic, {"policy"});
  if (policy == "fp16-master") return "fp16";
  if (policy == "fp16-amp" || policy == "bf16-amp") return policy;
  return "fp32";
}

std::string half_precision(const Row& row) {
  const std::string precision = row_precision(row);
  return precision == "fp32" ? "fp16" : precision;
}

}  // namespace harness
