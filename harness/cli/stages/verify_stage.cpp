#include "harness/cli/stages/verify_stage.h"

#include <chrono>

#include "harness/base/error.h"
#include "harness/base/location.h"
#include "harness/base/machine.h"
#include "harness/cli/interrupt.h"
#include "harness/cli/stages/checkpoint_record.h"
#include "harness/openmmlab/training_log.h"

namespace harness {
namespace fs = std::filesystem;
namespace {

std::string_view error_kind(const Error& error) {
  switch (error.code()) {
    case ErrorCode::kIo:
      return "missing";
    case ErrorCode::kFetchFailed:
    case ErrorCode::kInterrupted:
      return "unreachable";
    case ErrorCode::kChecksumMismatch:
      return "checksum";
    default:
      return "unreadable";
  }
}

void record_stored_checkpoint(Json& record, const StoredFile& file) {
  record_checkpoint(record, file.path, file.name);
}

void record_log(Json& record, const StoredFile& file) {
  const TrainingLog log = read_training_log(file.path);
  Json environment = log.environment;
  Json config_text = nullptr;
  if (environment.is_object() && environment.contains("config")) {
    config_text = environment.at("config");
    environment.erase("config");
  }
  record["exp_name"] = environment.value("exp_name", "");
  record["environment"] = environment;
  record_config(record, config_text, file.name + ": config");
  record["train_lines"] = log.train.size();
  record["validation_lines"] = log.validation.size();
  std::int64_t last = 0;
  for (const auto* entries : {&log.train, &log.validation}) {
    if (!entries->empty()) last = std::max(last, entries->back().iteration);
  }
  record["last_iteration"] = last;
  record["last_validation"] = log.validation.empty() ? Json() : log.validation.back().values;
  record["last_miou"] = number_or_null(log.last_miou());
}

/// Obtains one published file and lets `read` add what is in it. `path` is where it lies here; it
/// stays out of the record, which must not name folders of this machine.
Json file_record(const Suite& suite, const std::string& location, const StoreOptions& store,
                 void (*read)(Json&, const StoredFile&), fs::path* path = nullptr) {
  Json record = {{"name", name_of_location(location)}};
  try {
    const StoredFile file = obtain(absolute_location(suite, location), store);
    if (path != nullptr) *path = file.path;
    record["url"] = is_url(location) ? file.url : location;
    record["size"] = file.size;
    record["sha256"] = file.sha256;
    record["trust"] = to_string(file.trust);
    read(record, file);
  } catch (const Error& error) {
    record["error"] = error.what();
    record["error_kind"] = error_kind(error);
  }
  return record;
}

}  // namespace

std::string absolute_location(const Suite& suite, const std::string& location) {
  if (is_url(location) || fs::path(location).is_absolute()) return location;
  return (suite.folder / location).lexically_normal().string();
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
  store.offline = offline;
  store.interrupted = interrupted;
  return store;
}

std::string VerifiedRow::checkpoint_sha256() const {
  const auto digest = result.digests.find("checkpoint");
  return digest == result.digests.end() ? "" : digest->second;
}

VerifiedRow verify_row(const Suite& suite, const Row& row, const StoreOptions& store) {
  const auto begin = std::chrono::steady_clock::now();
  VerifiedRow verified;
  RunResult& result = verified.result;
  result.suite = suite.name;
  result.row = row.id;
  result.stage = "verify";
  result.started = utc_now();
  result.environment = {{"build", build_record()}, {"machine", machine_record()}};
  result.measurements = {{"checkpoint", nullptr}, {"log", nullptr}};
  if (!row.checkpoint.empty()) {
    result.measurements["checkpoint"] =
        file_record(suite, row.checkpoint, store, record_stored_checkpoint, &verified.checkpoint);
  }
  if (!row.log.empty()) result.measurements["log"] = file_record(suite, row.log, store, record_log);
  for (const auto* kind : {"checkpoint", "log"}) {
    const Json& file = result.measurements[kind];
    if (file.is_object() && file.contains("sha256")) {
      result.digests[kind] = file["sha256"].get<std::string>();
    }
  }
  result.elapsed_s =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return verified;
}

}  // namespace harness
