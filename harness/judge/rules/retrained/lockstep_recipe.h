#pragma once

#include <cstdint>
#include <string>

#include "harness/judge/finding.h"
#include "harness/judge/rules/retrained/expected_training.h"
#include "harness/record/lockstep_record.h"
#include "harness/record/run_result.h"

namespace harness {

/// Why a lockstep is not one of the row's recipe, "" when it is:
/// - it is as long as the job asked for (--iters, else lockstep_length()), or as the schedule;
/// - in every step, skipped ones included, the learning rate is that of the schedule and the loss
///   scale the one that the scaler's rules give for the overflows (scale_replay.h); a scaler that
///   does not look for overflows skips nothing;
/// - its gradients are those of all parameters that the row's checkpoint holds, and the worst
/// tensor
///   of each part is one that the part has;
/// - FP64's first loss is one of a drawn network (ExpectedTraining::can_begin_with()), and none is
///   above 100 times that of chance, which no batch of one that diverges this little has.
std::string other_lockstep(const RunResult& result, const LockstepRecord& record,
                           const ExpectedTraining& expected);

}  // namespace harness
