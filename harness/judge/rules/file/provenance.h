#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "harness/arithmetic/policy.h"
#include "harness/judge/finding.h"
#include "harness/record/examine_record.h"

namespace harness {

/// How the weights of a checkpoint came to be, as far as their types and values tell.
///
/// What is read (mmseg_facts: mmcv 1.0.3 runner/fp16_utils.py, wrap_fp16_model): half training
/// leaves convolutions in half and batch norm in float, and the float values of batch norm were
/// never rounded, so that FP16 represents nearly none of them. A model that was cast to half as a
/// whole has batch norm in half, or in float with nothing but values that FP16 represents. Float
/// convolutions that hold nothing but such values were half before.
struct Provenance {
  /// "half training", "half, batch norm untrained", "cast to half", "cast to half, batch norm
  /// widened", "widened from half", "float", "bfloat16" or "mixed"; "" when nothing was recorded.
  std::string name;
  std::string words;                 ///< The same for people.
  std::vector<std::string> because;  ///< What was seen, one observation each.
};

Provenance provenance_of(const CheckpointRecord& checkpoint);

/// Provenance::name of the files that a policy leaves: "half training" where it keeps the weights
/// in half, "float" where it keeps them in FP32.
std::string_view provenance_left_by(Policy policy);

/// The claim `origin`: the file is what the policy of the claim leaves.
Finding judge_provenance(const CheckpointRecord& checkpoint, const Claim& claim);

}  // namespace harness
