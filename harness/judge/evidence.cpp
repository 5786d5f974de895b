#include "harness/judge/evidence.h"

#include <fmt/format.h>

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
  const auto& scope = context.scope;
  const bool asked =
      scope.asks_for_stage(stage) && (precision.empty() || scope.asks_for_precision(precision));
  if (!asked) return skipped(std::string(kNotAskedFor) + what);
  if (stage == "parity" && !scope.asks_for_precision("fp32")) {
    return skipped(fmt::format("{} compares with fp32; add it to --precision", what));
  }
  return fail_unmeasured(fmt::format("no result of {}: it was asked for and left none", what));
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
  return {nullptr, fail_unmeasured(fmt::format("{} failed: {}", text_of(result), result.reason))};
}

ResultEvidence find_result(const ClaimContext& context, std::string_view stage,
                           std::string_view precision) {
  const RunResult* result = result_of(context, stage, precision);
  if (result == nullptr) return {nullptr, absence_of(context, stage, precision)};
  return use_result(*result);
}

Finding unreadable(const RunResult& result, const Error& error) {
  return fail_unmeasured(fmt::format("{} cannot be read: {}", text_of(result), error.detail()));
}

std::string row_precision(const Row& row) {
  return std::string(facts(row.policy()).precision);
}

std::string half_precision(const Row& row) {
  return std::string(facts(half_policy(row.policy())).precision);
}

}  // namespace harness
