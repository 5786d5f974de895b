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

/// A training log and what it is held against.
struct LogContext {
  std::string row;
  std::string file;  ///< For quotes: the log as the suite names it.
  const TrainingLog* log = nullptr;
  Json config;          ///< Parsed; of the log, else of the checkpoint. Null when neither has.
  Quote config_place;   ///< Where that config stands.
  std::string version;  ///< Of MMSegmentation, "0.17.0"; "" when neither file says.
  Quote version_place;  ///< Where the version stands.
  Json recipe = Json::object();  ///< The suite's: {"iterations", "lr"}.
  std::optional<Statement> published_miou;
};

/// The schedule that a log's learning rates are held against, or why there is none.
struct KnownSchedule {
  std::optional<PolySchedule> poly;
  std::string reason;  ///< "the policy step is not known, only poly"; "" with a schedule.
};

/// What the config says, mmcv's (lr_config) or mmengine's (param_scheduler). Known is a poly
/// schedule by iterations, without warm-up and without factors for some parameters. Without a
/// config: the recipe, with the power 0.9 and the end 1e-4 of mmseg's configs/_base_/schedules.
KnownSchedule schedule_of(const LogContext& context);

/// What the rules below leave open for want of knowledge, as (what, why it is not verifiable):
/// {"learning rate", "the policy step is not known, only poly"}.
std::vector<std::pair<std::string, std::string>> unjudged_in_log(const LogContext& context);

/// Rules log.iterations, log.resumed, log.validation, log.schedule: whether the lines are those of
/// one run from its first iteration to its last.
std::vector<Contradiction> audit_log_progress(const LogContext& context);

/// Rules log.loss, log.memory, log.keys, log.miou: whether the lines' values can be true together.
std::vector<Contradiction> audit_log_values(const LogContext& context);

/// A line of the log as a quote, with the named values of it.
Quote quote_line(const LogContext& context, const TrainingLog::Entry& entry,
                 const std::vector<std::string>& keys);

}  // namespace harness
