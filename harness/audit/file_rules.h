#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/audit/log_rules.h"
#include "harness/audit/statement.h"
#include "harness/base/json.h"
#include "harness/openmmlab/training_log.h"
#include "harness/record/contradiction.h"
#include "harness/table/suite.h"

namespace harness {

/// The content of the published files of a row. An empty name: that file is not available.
struct RowFiles {
  std::string checkpoint;  ///< The file's name, as the suite links it.
  std::string sha256;      ///< The checkpoint's digest.
  Json meta;               ///< The checkpoint's, without the config's text.
  Json checkpoint_config;  ///< Parsed; null when there is none.
  std::string log_name;
  std::optional<TrainingLog> log;
  Json log_config;  ///< Parsed; null when there is none.
};

/// What the files say, in the form in which it can be compared with what was published: "hash",
/// "experiment", "config.crop", "config.iterations", "lr", "loss_scale", "classes".
std::vector<Statement> statements_of_files(const Row& row, const RowFiles& files);

/// Rules over the files themselves: time, configs, iteration, and those of log_rules.h.
/// published: statements of the suite, from which the row's mIoU is taken.
std::vector<Contradiction> audit_files(const Row& row, const RowFiles& files,
                                       const std::vector<Statement>& published);

/// What the rules cannot judge in a row's log, see unjudged_in_log, and what its reader remarks;
/// empty without a log.
std::vector<Unseen> unjudged_in_files(const Row& row, const RowFiles& files);

/// Seconds since 1970 of a stamp "20200717_230921", or of a time as mmcv writes it into meta:
/// "Fri Jul 17 23:09:21 2020" or "2020-07-17 23:09:21". Read as UTC: only differences matter.
std::optional<double> seconds_of(const std::string& text);

}  // namespace harness
