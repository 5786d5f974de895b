#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/file_lock.h"
#include "harness/record/job.h"
#include "harness/record/run_result.h"
#include "harness/table/suite.h"

namespace harness {

/// DIR of `halfproof run`: its lock, its layout, and which results can be reused.
class RunDirectory {
 public:
  /// Creates the folder and locks it. Throws Error(kUsage) when another process holds it or when it
  /// holds the run of another suite, Error(kInvalidJson) when it holds one of another version of
  /// halfproof, Error(kIo) when it cannot be written.
  RunDirectory(std::filesystem::path folder, const Suite& suite);

  const std::filesystem::path& folder() const noexcept { return folder_; }
  std::filesystem::path row_folder(std::string_view row) const;

  /// suite.json, the bytes of the suite's file, and run.json, before anything is run.
  void write_job(const JobRecord& job, const Suite& suite);

  /// Adds executions to what run.json asks for, or updates the keys of those that are there. Must
  /// be called before the first of them begins: only what run.json asks for is judged.
  void ask(const std::vector<AskedExecution>& executions);

  /// DIR/<row>/<stage>[-<precision>][-seed<N>].json, atomically.
  void write_result(const RunResult& result) const;

  /// Whether there is a finished result with this key and of the job's environment
  /// (other_environment), which need not be produced again.
  bool has_result(const AskedExecution& execution) const;

 private:
  std::filesystem::path folder_;
  FileLock lock_;
  JobRecord job_;
};

/// Fills in what every job records before it begins, except its seeds and executions.
void start_job(Job& job, const Suite& suite, const std::filesystem::path& suite_file,
               const std::vector<const Row*>& rows, const std::vector<std::string>& argv);

/// Everything that determines a result, by name: each part of the row ("row.recipe", but not its
/// claims), stage, precision, device, and `inputs` (an object, or null): checkpoint, data, options,
/// the program that computes it.
Json key_parts(const Row& row, std::string_view stage, std::string_view precision,
               std::string_view device, const Json& inputs);

/// Digest of key_parts().
std::string result_key(const Row& row, std::string_view stage, std::string_view precision,
                       std::string_view device, const Json& inputs);

/// Why a stage that needs these splits is skipped: "no data: expected images and label maps in
/// /data/leftImg8bit/val and ...". `root`: empty where the suite names no data set.
std::string no_data_reason(const std::filesystem::path& root,
                           const std::vector<std::string>& splits);

/// Digest over names, sizes and times of the files below `root`'s split (not over their bytes):
/// changes when the data set does. "" when the folder does not exist.
std::string data_fingerprint(const std::filesystem::path& root, std::string_view split);

}  // namespace harness
