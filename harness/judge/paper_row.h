#pragma once

#include <string>

#include "harness/base/json.h"
#include "harness/record/paper_records.h"
#include "harness/table/suite.h"

namespace harness {

/// Why a record and its settings (Experiment::settings) are not of the experiment as it is defined
/// (record/paper_design.h) with this row, in words; "" when they are. Throws Error(kInvalidJson)
/// for settings that are not the experiment's.
///
/// The settings are the design's and the row's: its batch and crop where the recipe states them,
/// its loss scale, its learning rate where the recipe states one, and the zoo's momentum. What was
/// counted is compared with closed forms of the model that the row states (state_dict_layout()), so
/// that a record of a few of its layers or weights is none.

/// All weights that a half model holds in half, in every step: weight decay alone changes every
/// weight that is not 0, so that at least half of the updates are none of 0, and at least half of
/// those have a ratio.
std::string other_experiment(const MasterWeightsRecord& record, const Json& settings,
                             const Row& row);

/// The gradients of all such weights and of all that convolutions compute, over the batches that
/// were examined; the logits of every head, with a bound by the size of their map.
std::string other_experiment(const LossScalingRecord& record, const Json& settings, const Row& row);

/// The sums of the design, and every convolution of the model with its maps.
std::string other_experiment(const AccumulationRecord& record, const Json& settings,
                             const Row& row);

/// The design's trainings, each of all parameters.
std::string other_experiment(const OverflowRecord& record, const Json& settings, const Row& row);

}  // namespace harness
