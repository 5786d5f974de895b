#include "harness/cli/published_logs.h"

#include <algorithm>
#include <optional>

#include "harness/base/error.h"
#include "harness/base/location.h"
#include "harness/base/sha256.h"
#include "harness/fetch/cache.h"
#include "harness/record/examine_record.h"

namespace harness {
namespace fs = std::filesystem;
namespace {

/// What the row's examination recorded of its log.
std::optional<StoredFileRecord> examined_log(const std::vector<RunResult>& results) {
  for (const auto& result : results) {
    if (result.stage != "examine" || result.status != RunStatus::kOk) continue;
    const auto record = measurements_of<ExamineRecord>(result);
    if (record.log) return record.log->stored;
  }
  return std::nullopt;
}

fs::path name_of(const std::string& location) {
  return fs::path(location).filename();
}

/// The file with these bytes; "" for none.
fs::path find_log(const Row& row, const StoredFileRecord& stored, const fs::path& suite_file,
                  const fs::path& cache) {
  const fs::path local = suite_file.parent_path() / row.log;
  if (!is_url(row.log) && fs::is_regular_file(local) && sha256_file(local) == stored.sha256) {
    return local;
  }
  return Cache(cache).find(stored.sha256, name_of(row.log)).value_or("");
}

}  // namespace

std::map<std::string, TrainingLog> published_logs(const StoredRun& run, const fs::path& suite_file,
                                                  const fs::path& cache) {
  std::map<std::string, TrainingLog> logs;
  for (const auto& row : run.suite.rows) {
    const auto results = run.results.find(row.id);
    if (results == run.results.end() || row.log.empty()) continue;
    try {
      const auto stored = examined_log(results->second);
      if (!stored) continue;
      const fs::path file = find_log(row, *stored, suite_file, cache);
      if (!file.empty()) logs.emplace(row.id, read_training_log(file));
    } catch (const Error&) {
      continue;  // The claims on this log say what is wrong with it.
    }
  }
  return logs;
}

fs::path suite_file_of(const JobRecord& job) {
  for (const auto& word : job.argv) {
    const fs::path file(word);
    const bool is_it = file.filename() == job.suite_file && fs::is_regular_file(file) &&
                       sha256_file(file) == job.suite_digest;
    if (is_it) return file;
  }
  return "";
}

}  // namespace harness
