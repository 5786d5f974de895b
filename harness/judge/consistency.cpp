#include "harness/judge/consistency.h"

#include <cmath>

#include <fmt/format.h>

#include "harness/arithmetic/element_type.h"
#include "harness/arithmetic/policy.h"
#include "harness/base/number_text.h"
#include "harness/judge/counts.h"
#include "harness/judge/evaluation_consistency.h"
#include "harness/judge/examine_consistency.h"
#include "harness/judge/lockstep_consistency.h"
#include "harness/judge/memory_consistency.h"
#include "harness/judge/parity_rounding.h"
#include "harness/judge/speed_consistency.h"
#include "harness/judge/training_consistency.h"

namespace harness {
namespace {

std::string other_policy(const RunResult& result, const std::string& policy) {
  const auto expected = to_string(policy_of_precision(result.precision));
  if (policy == expected) return "";
  return fmt::format("expected the arithmetic {}, the record is of {}", expected, policy);
}

/// By the type that convolutions ran in; every model has some. A batch norm gives what it gets, but
/// where a policy casts by itself the device decides.
std::string other_layers(const RunResult& result, const EvaluationRecord& record) {
  if (!record.forward) {
    return result.stage == "evaluate" ? "no activation of its network was looked at" : "";
  }
  const PolicyFacts& policy = facts(policy_of_precision(result.precision));
  for (const std::string kind : {"convolution", "batch_norm"}) {
    if (kind == "batch_norm" && policy.autocasts()) continue;
    const auto expected = to_string(policy.compute);
    const auto layers = record.forward->census.find(kind);
    if (layers == record.forward->census.end() || layers->second.empty()) {
      return fmt::format("expected {} in {}, the record counts none", kind, expected);
    }
    for (const auto& [type, count] : layers->second) {
      if (type == expected && count > 0) continue;
      return fmt::format("expected {} in {}, the record has {} in {}", kind, expected, count, type);
    }
  }
  return "";
}

/// The largest activation is a number of the type that the network computes in. Where a policy
/// casts by itself some layers compute in FP32 (other_network() knows which do not).
std::string other_grid(const RunResult& result, const EvaluationRecord& record) {
  if (!record.forward || !std::isfinite(record.forward->activations.max_abs)) return "";
  const PolicyFacts& policy = facts(policy_of_precision(result.precision));
  const ElementType type = policy.autocasts() ? policy.weights : policy.compute;
  const double largest = record.forward->activations.max_abs;
  if (represents(type, largest)) return "";
  return fmt::format("the largest activation is {}, which {} cannot hold", short_text(largest, 17),
                     to_string(type));
}

/// The examined file's digest stands in its record and beside it.
template <typename FileRecord>
std::string other_digest(const RunResult& result, const std::string& name, const FileRecord& file) {
  if (!file.stored) return "";
  const auto digest = result.digests.find(name);
  const std::string beside = digest == result.digests.end() ? "" : digest->second;
  if (beside == file.stored->sha256) return "";
  return fmt::format("the {}'s sha256 is \"{}\" and \"{}\"", name, beside, file.stored->sha256);
}

/// Of the kernels that an evaluation says it used.
template <typename R>
std::string kernels_defect(const RunResult& result, const R& record) {
  if (record.fused_norm.value && result.device != "cuda") {
    return fmt::format("no batch norm on {} is one kernel", result.device);
  }
  const std::string& segmentation = record.segmentation.value;
  if (segmentation.empty()) return "";
  if (segmentation != kFusedSegmentation) {
    return fmt::format("expected the segmentation {} or none, got {}", kFusedSegmentation,
                       segmentation);
  }
  if (result.device == "cuda" && result.stage != "evaluate_ms_flip") return "";
  return fmt::format("no {} on {} has the segmentation {}", result.stage, result.device,
                     segmentation);
}

}  // namespace

std::string contradiction(const RunResult& result, const TrainingRecord& record) {
  if (auto other = other_policy(result, record.policy); !other.empty()) return other;
  if (result.device != "cuda" && !record.nondeterministic_operators.empty()) {
    return fmt::format("{} on {}, where every operator is deterministic",
                       record.nondeterministic_operators.front(), result.device);
  }
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
  const bool is_fp32 = policy_of_precision(result.precision) == Policy::kFp32;
  return first_of({environment_defect(result, is_fp32), other_layers(result, record),
                   other_grid(result, record), kernels_defect(result, record),
                   inconsistency(record)});
}

std::string contradiction(const RunResult& result, const ExamineRecord& record) {
  return first_of({record.checkpoint ? other_digest(result, "checkpoint", *record.checkpoint) : "",
                   record.log ? other_digest(result, "log", *record.log) : "",
                   inconsistency(record)});
}

std::string contradiction(const RunResult& result, const SpeedRecord& record) {
  return inconsistency(result, record);
}

std::string contradiction(const RunResult& result, const ParityRecord& record) {
  const Policy half = policy_of_precision(result.precision);
  return first_of({environment_defect(result, /*has_fp32=*/true), kernels_defect(result, record),
                   inconsistency(record),
                   record.images > 0 ? rounding_defect(record.logits, half) : ""});
}

}  // namespace harness
