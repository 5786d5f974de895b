#pragma once

#include <string>

#include "harness/base/json.h"
#include "harness/record/paper_records.h"

namespace harness {

/// Settings of one experiment. Throws as other_settings().
template <Record R>
ExperimentSettings<R> settings_of(const Json& settings) {
  return record_from_json<ExperimentSettings<R>>(settings, "settings");
}

/// Why the record is not of the experiment that `settings` (Experiment::settings) describe, in
/// words; "" when it is. Throws Error(kInvalidJson) for settings that are not the experiment's.
///
/// As many steps as stated in both phases, under a scale that is a number above 0.
std::string other_settings(const MasterWeightsRecord& record, const Json& settings);

/// Batches were examined, no more than were read, under a scale that is a number above 0.
std::string other_settings(const LossScalingRecord& record, const Json& settings);

/// Channels are off from the relative error on that the record was counted with.
std::string other_settings(const AccumulationRecord& record, const Json& settings);

/// As many steps as stated and batches as read, beginning with the stated scale, too large or the
/// row's.
std::string other_settings(const OverflowRecord& record, const Json& settings);

}  // namespace harness
