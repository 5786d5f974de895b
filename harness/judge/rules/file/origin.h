#pragma once

#include <string>
#include <vector>

#include "harness/judge/finding.h"

namespace harness {

/// How the weights of a checkpoint came to be, as far as their types and values tell.
///
/// What is read (mmseg_facts: mmcv 1.0.3 runner/fp16_utils.py, wrap_fp16_model): half training
/// leaves convolutions in half and batch norm in float, and the float values of batch norm were
/// never rounded, so that nearly none of them is a number that FP16 has. A model that was cast to
/// half as a whole has batch norm in half, or in float with nothing but numbers that FP16 has.
/// Float convolutions that hold nothing but such numbers were half before.
struct Origin {
  /// "half training", "half, batch norm untrained", "cast to half", "cast to half, batch norm
  /// widened", "widened from half", "float", "bfloat16" or "mixed"; "" when nothing was recorded.
  std::string name;
  std::string words;                 ///< The same for people.
  std::vector<std::string> because;  ///< What was seen, one observation each.
};

/// `checkpoint` is what the stage verify recorded (docs/formats.md).
Origin origin_of(const Json& checkpoint);

/// Whether that is what the policy of the claim leaves: "half training" where it keeps the weights
/// in half, "float" where it keeps them in FP32.
Finding judge_origin(const ClaimContext& context);

/// What nobody can know from this file alone, one sentence each.
std::vector<std::string> not_in_the_file(const Json& checkpoint);

}  // namespace harness
