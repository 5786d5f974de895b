#include "harness/judge/consistency.h"

#include <fmt/format.h>

#include "harness/arithmetic/policy.h"
#include "harness/judge/evaluation_consistency.h"
#include "harness/judge/examine_consistency.h"
#include "harness/judge/lockstep_consistency.h"
#include "harness/judge/memory_consistency.h"
#include "harness/judge/speed_consistency.h"
#include "harness/judge/training_consistency.h"

namespace harness {
namespace {

std::string other_policy(const RunResult& result, const std::string& policy) {
  const auto expected = to_string(policy_of_precision(result.precision));
  if (policy == expected) return "";
  return fmt::format("expected the arithmetic {}, the record is of {}", expected, policy);
}

/// By the type that convolutions ran in; every model has some.
std::string other_convolutions(const RunResult& result, const EvaluationRecord& record) {
  if (!record.forward) return "";
  const auto expected = to_string(facts(policy_of_precision(result.precision)).compute);
  const auto convolutions = record.forward->census.find("convolution");
  if (convolutions == record.forward->census.end() || convolutions->second.empty()) {
    return fmt::format("expected convolutions in {}, the record counts none", expected);
  }
  for (const auto& [type, count] : convolutions->second) {
    if (type == expected && count > 0) continue;
    return fmt::format("expected convolutions in {}, the record has {} in {}", expected, count,
                       type);
  }
  return "";
}

}  // namespace

std::string contradiction(const RunResult& result, const TrainingRecord& record) {
  if (auto other = other_policy(result, record.policy); !other.empty()) return other;
  return inconsistency(record);
}

std::string contradiction(const RunResult& result, const LockstepRecord& record) {
  if (auto other = other_policy(result, record.policy); !other.empty()) return other;
  const int digits = significant_digits(policy_of_precision(result.precision));
  if (record.digits == digits) return inconsistency(record);
  return fmt::format("expected {} significant digits, the record has {}", digits, record.digits);
}

std::string contradiction(const RunResult& result, const MemoryRecord& record) {
  if (auto other = other_policy(result, record.policy); !other.empty()) return other;
  const bool is_gpu = result.device == "cuda";
  if (is_gpu != record.allocator.has_value()) {
    return fmt::format("expected {} of a GPU's allocator on {}", is_gpu ? "numbers" : "no numbers",
                       result.device);
  }
  return inconsistency(record, policy_of_precision(result.precision));
}

std::string contradiction(const RunResult& result, const EvaluationRecord& record) {
  const std::string_view protocol = result.stage == "evaluate_ms_flip" ? "ms_flip" : "whole";
  if (record.protocol != protocol) {
    return fmt::format("expected the protocol {}, the record is of {}", protocol, record.protocol);
  }
  const auto other = other_convolutions(result, record);
  return other.empty() ? inconsistency(record) : other;
}

std::string contradiction(const RunResult& result, const ExamineRecord& record) {
  const auto digest = result.digests.find("checkpoint");
  const bool has_both =
      digest != result.digests.end() && record.checkpoint && record.checkpoint->stored;
  if (has_both && digest->second != record.checkpoint->stored->sha256) {
    return fmt::format("the checkpoint's sha256 is {} and {}", digest->second,
                       record.checkpoint->stored->sha256);
  }
  return inconsistency(record);
}

std::string contradiction(const RunResult& result, const SpeedRecord& record) {
  return inconsistency(result, record);
}

std::string contradiction(const RunResult& /*result*/, const ParityRecord& record) {
  return inconsistency(record);
}

}  // namespace harness
