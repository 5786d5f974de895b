#include "harness/judge/consistency.h"

#include <algorithm>

#include <fmt/format.h>

#include "harness/arithmetic/policy.h"

namespace harness {
namespace {

std::string other_policy(const RunResult& result, const std::string& policy) {
  const auto expected = to_string(policy_of_precision(result.precision));
  if (policy == expected) return "";
  return fmt::format("expected the arithmetic {}, the record is of {}", expected, policy);
}

}  // namespace

std::string contradiction(const RunResult& result, const TrainingRecord& record) {
  if (auto other = other_policy(result, record.policy); !other.empty()) return other;
  const auto listed = std::ssize(record.skipped_steps);
  if (record.skipped >= 0 && record.skipped <= record.steps && listed <= record.skipped) return "";
  return fmt::format("of {} steps {} were skipped, and {} are listed", record.steps, record.skipped,
                     listed);
}

std::string contradiction(const RunResult& result, const LockstepRecord& record) {
  if (auto other = other_policy(result, record.policy); !other.empty()) return other;
  const int digits = significant_digits(policy_of_precision(result.precision));
  if (record.digits == digits) return "";
  return fmt::format("expected {} significant digits, the record has {}", digits, record.digits);
}

std::string contradiction(const RunResult& result, const EvaluationRecord& record) {
  if (!record.forward) return "";
  const auto expected = to_string(facts(policy_of_precision(result.precision)).compute);
  const auto convolutions = record.forward->census.find("convolution");
  if (convolutions == record.forward->census.end()) return "";
  for (const auto& [type, count] : convolutions->second) {
    if (type == expected && count > 0) continue;
    return fmt::format("expected convolutions in {}, the record has {} in {}", expected, count,
                       type);
  }
  return "";
}

}  // namespace harness
