#pragma once

#include <filesystem>
#include <string>

#include "harness/fetch/store.h"
#include "harness/record/examine_record.h"
#include "harness/record/run_result.h"
#include "harness/table/suite.h"

namespace harness {

/// Where the published files of a row are looked for: `location` as the suite has it, made absolute
/// against the suite's folder unless it is a URL.
std::string absolute_location(const Suite& suite, const std::string& location);

/// The lock file of a suite: checksums/<name>.lock.json beside the suite's folder where that folder
/// exists, else <name>.lock.json in the suite's folder.
std::filesystem::path lock_file_of(const Suite& suite);

/// Where a command that runs a suite gets its files from. cache, lock: empty for the default ones.
/// The suite's own lock file, which may be under version control, is only read (`halfproof fetch`
/// extends it); one that was named is extended, too.
StoreOptions store_options(const Suite& suite, const std::filesystem::path& cache,
                           const std::filesystem::path& lock, bool offline);

/// What the stage "examine" leaves behind.
struct ExaminedRow {
  RunResult result;
  ExamineRecord record;  ///< The result's measurements.
  /// The checkpoint's path; empty when it is not available or its record has an error.
  std::filesystem::path checkpoint;

  /// sha256 of the checkpoint; "" when it is not available.
  std::string checkpoint_sha256() const;
};

/// Stage "examine": obtains the checkpoint and the log of a row and records their content, without
/// LibTorch and without judging. A file that cannot be obtained or read sets the record's `error`,
/// so that the other claims can still be judged.
ExaminedRow examine_row(const Suite& suite, const Row& row, const StoreOptions& store);

/// The same for a checkpoint on this machine, which need not be in any suite.
CheckpointRecord examine_checkpoint(const std::filesystem::path& file);

}  // namespace harness
