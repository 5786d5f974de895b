#pragma once

#include "harness/judge/finding.h"

namespace harness {

/// `retrain.lockstep`: judge_lockstep_records() (lockstep_series.h) of every seed that the job
/// asked for. A seed whose execution failed, left nothing or recorded something else
/// (lockstep_recipe.h) is a FAIL that names it, and so is one that was skipped while others were
/// not; where all were skipped, so is the claim.
Finding judge_lockstep(const ClaimContext& context);

}  // namespace harness
