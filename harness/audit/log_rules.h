#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/audit/statement.h"
#include "harness/base/json.h"
#include "harness/openmmlab/poly_schedule.h"
#include "harness/openmmlab/training_log.h"
#include "harness/record/contradiction.h"

namespace harness {

/// A training log and what it is compared with.
struct LogContext {
  std::string row;
  std::string file;  ///< The log's name in the suite, for quotes.
  const TrainingLog* log = nullptr;
  Json config;          ///< Parsed from the log, else from the checkpoint. Null without one.
  Quote config_place;   ///< Where that config was found.
  std::string version;  ///< MMSegmentation's, "0.17.0"; "" when neither file has it.
  Quote version_place;  ///< Where the version was found.
  Json recipe = Json::object();  ///< The suite's: {"iterations", "lr"}.
  std::optional<Statement> published_miou;
};

/// The schedule that a log's learning rates are compared with, or why there is none.
struct KnownSchedule {
  std::optional<PolySchedule> poly;
  std::string reason;  ///< "the policy step is not known, only poly"; "" with a schedule.
};

/// What the config says, mmcv's (lr_config) or mmengine's (param_scheduler). Known is a poly
/// schedule by iterations, without warm-up and without factors for some parameters. Without a
/// config: the recipe, with the power 0.9 and the end 1e-4 of mmseg's configs/_base_/schedules.
KnownSchedule schedule_of(const LogContext& context);

/// What the rules below cannot judge for lack of knowledge, as (what, why it is not verifiable):
/// {"learning rate", "the policy step is not known, only poly"}.
std::vector<std::pair<std::string, std::string>> unjudged_in_log(const LogContext& context);

/// Rules log.iterations, log.resumed, log.validation, log.schedule: whether the lines are those of
/// one run from its first iteration to its last.
std::vector<Contradiction> audit_log_progress(const LogContext& context);

/// Rules log.loss, log.memory, log.keys, log.miou: whether the lines' values can be true together.
std::vector<Contradiction> audit_log_values(const LogContext& context);

/// A line of the log as a quote, with its values under the given names.
Quote quote_line(const LogContext& context, const TrainingLog::Entry& entry,
                 const std::vector<std::string>& keys);

}  // namespace harness
