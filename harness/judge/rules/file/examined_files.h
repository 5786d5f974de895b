#pragma once

#include <optional>
#include <string>

#include "harness/judge/finding.h"
#include "harness/record/examine_record.h"

namespace harness {

/// The published files of a row as they were examined, and why one of them cannot be judged.
///
/// A file that the source does not publish is NOT_VERIFIABLE, one that could not be reached is a
/// skip for want of a network, one that is missing, damaged, of another digest or of another name
/// is a failure, and so is a record that cannot be read.
struct ExaminedFiles {
  ExamineRecord record;  ///< What was found, even where the file as a whole cannot be judged.
  std::optional<Finding> checkpoint_absence;
  std::optional<Finding> log_absence;

  /// Null where the file cannot be judged.
  const CheckpointRecord* checkpoint() const;
  const LogRecord* log() const;
};

/// What the stage examine recorded of the row's files.
ExaminedFiles find_files(const ClaimContext& context);

/// One checkpoint by itself; there is no log.
ExaminedFiles examined_alone(CheckpointRecord checkpoint);

/// A rule over published files is a pure function; `row` and `claim` hold what is expected.
using FileRule = Finding (*)(const ExaminedFiles& files, const Row& row, const Claim& claim);

}  // namespace harness
