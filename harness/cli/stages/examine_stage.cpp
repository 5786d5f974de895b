#include "harness/cli/stages/examine_stage.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "harness/base/error.h"
#include "harness/base/location.h"
#include "harness/base/system/machine.h"
#include "harness/cli/interrupt.h"
#include "harness/cli/published_content.h"
#include "harness/cli/stages/checkpoint_record.h"
#include "harness/fetch/url.h"
#include "harness/judge/rules/file/config_facts.h"
#include "harness/openmmlab/training_log.h"

namespace harness {
namespace fs = std::filesystem;
namespace {

std::string location_from(const fs::path& folder, const std::string& location) {
  if (is_url(location) || fs::path(location).is_absolute()) return location;
  return (folder / location).lexically_normal().string();
}

FileErrorKind error_kind(const Error& error) {
  switch (error.code()) {
    case ErrorCode::kIo:
      return FileErrorKind::kMissing;
    case ErrorCode::kFetchFailed:
    case ErrorCode::kInterrupted:
      return FileErrorKind::kUnreachable;
    case ErrorCode::kChecksumMismatch:
      return FileErrorKind::kChecksum;
    case ErrorCode::kUnsafePickle:
      return FileErrorKind::kUnsafe;
    default:
      return FileErrorKind::kUnreadable;
  }
}

void record_content(CheckpointRecord& record, const fs::path& path) {
  record_checkpoint(record, path);
}

/// Its mIoU as a text where nothing tells what it is given in: no number is known then.
Json last_validation_of(const TrainingLog& log) {
  Json line = log.validation.back().values;
  const auto miou = line.find("mIoU");
  if (log.scale == LogScale::kUnknown && miou != line.end() && miou->is_number()) {
    *miou = miou->dump() + ", a fraction or a percentage";
  }
  return line;
}

void record_content(LogRecord& record, const fs::path& path) {
  const TrainingLog log = read_training_log(path);
  record.environment = log.environment;
  auto [config, error] = take_config(record.environment, record.name + ": config");
  record.config = std::move(config);
  record.config_error = std::move(error);
  record.exp_name = experiment_name(record.environment);
  record.train_lines = std::ssize(log.train);
  record.validation_lines = std::ssize(log.validation);
  for (const auto* entries : {&log.train, &log.validation}) {
    // Within epochs the total is an estimate, which proves nothing.
    if (entries->empty() || log.counted_within_epochs) continue;
    record.last_iteration = std::max(record.last_iteration, entries->back().iteration);
  }
  if (!log.validation.empty()) record.last_validation = last_validation_of(log);
  record.last_miou = log.last_miou();
}

/// Obtains one published file and records its content. folder: the suite's, against which a
/// relative location is resolved. path: set to the file's path if nothing is wrong with it; it is
/// not recorded.
template <typename FileRecord>
FileRecord examine_file(const fs::path& folder, const std::string& location,
                        const StoreOptions& store, fs::path& path) {
  FileRecord record;
  record.name = name_of_location(location);
  try {
    const StoredFile file = obtain(location_from(folder, location), store);
    record.stored = {is_url(location) ? file.url : location, static_cast<std::int64_t>(file.size),
                     file.sha256, std::string(to_string(file.trust))};
    check_locked(file);
    record_content(record, file.path);
    path = file.path;
  } catch (const Error& error) {
    record.error = {error_kind(error), error.what()};
  }
  return record;
}

}  // namespace

std::string absolute_location(const Suite& suite, const std::string& location) {
  return location_from(suite.folder, location);
}

fs::path lock_file_of(const Suite& suite) {
  const std::string name = suite.name + ".lock.json";
  const fs::path shared = (suite.folder / ".." / "checksums").lexically_normal();
  return fs::is_directory(shared) ? shared / name : suite.folder / name;
}

StoreOptions store_options(const Suite& suite, const fs::path& cache, const fs::path& lock,
                           bool offline) {
  StoreOptions store;
  if (!cache.empty()) store.cache = cache;
  store.lock = lock.empty() ? lock_file_of(suite) : lock;
  store.extends_lock = !lock.empty();
  store.offline = offline;
  store.interrupted = interrupted;
  return asked_as(FileRole::kByName, std::move(store));
}

std::string ExaminedRow::checkpoint_sha256() const {
  const bool is_stored = record.checkpoint && record.checkpoint->stored;
  return is_stored ? record.checkpoint->stored->sha256 : "";
}

ExaminedRow examine_row(const Suite& suite, const Row& row, const StoreOptions& store) {
  const auto begin = std::chrono::steady_clock::now();
  ExaminedRow examined;
  RunResult& result = examined.result;
  result.suite = suite.name;
  result.row = row.id;
  result.stage = "examine";
  result.started = utc_now();
  result.environment = command_environment();
  ExamineRecord& record = examined.record;
  if (!row.checkpoint.empty()) {
    record.checkpoint = examine_file<CheckpointRecord>(
        suite.folder, row.checkpoint, asked_as(FileRole::kCheckpoint, store), examined.checkpoint);
    if (record.checkpoint->stored) result.digests["checkpoint"] = record.checkpoint->stored->sha256;
  }
  if (!row.log.empty()) {
    fs::path path;
    record.log =
        examine_file<LogRecord>(suite.folder, row.log, asked_as(FileRole::kLog, store), path);
    if (record.log->stored) result.digests["log"] = record.log->stored->sha256;
  }
  result.measurements = record_to_json(record);
  result.elapsed_s =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return examined;
}

CheckpointRecord examine_checkpoint(const fs::path& file) {
  fs::path path;
  return examine_file<CheckpointRecord>("", fs::absolute(file).string(), StoreOptions{}, path);
}

}  // namespace harness
