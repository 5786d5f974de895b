#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/json.h"
#include "harness/record/job.h"

namespace harness {

/// The name of a PaperJobRecord in its folder.
inline constexpr const char* kPaperJobFile = "paper.json";

/// What `halfproof paper` was asked for: DIR/paper/paper.json, schema "halfproof.paper/1". Written
/// before the first experiment and again, with its key, before each of them begins. Each of `asked`
/// is one experiment (AskedExecution::stage) with one row and one seed, without a precision.
struct PaperJobRecord : Job {
  std::vector<std::string> experiments;
  std::int64_t threads = 0;  ///< Of each worker.
  /// By row: sha256 of what_was_run() (table/suite.h).
  std::map<std::string, std::string> rows_as_run;
};

/// Every experiment with every row and seed of the job, without keys: what it asks for.
std::vector<AskedExecution> experiments_of(const PaperJobRecord& job);

Json to_json(const PaperJobRecord& job);

/// Throws Error(kInvalidJson): a key missing, unknown or of another type, an unknown experiment,
/// `asked` that is empty, is not experiments_of() or has a key twice, rows_as_run of other rows, or
/// another version.
PaperJobRecord paper_job_from_json(const Json& value, std::string_view subject);

/// DIR/paper/paper.json. Throws as paper_job_from_json(), Error(kIo), and Error(kUsage) when there
/// is none.
PaperJobRecord read_paper_job(const std::filesystem::path& folder);

}  // namespace harness
