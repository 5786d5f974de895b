#pragma once

#include "harness/judge/finding.h"
#include "harness/record/examine_record.h"

namespace harness {

/// The config inside the checkpoint compared with every fact that the suite states of the row:
/// model and method, policy, loss scale, learning rate, batch, crop, iterations. A fact that only
/// one of the two states is not compared; with nothing to compare the claim is NOT_VERIFIABLE.
///
/// A batch may be the work of several processes, whose number no config states: it must be a
/// multiple of the batch of one, and equal to it where the config says that one process trained.
Finding judge_config(const CheckpointRecord& checkpoint, const Row& row);

}  // namespace harness
