#include "harness/cli/verify_stage.h"

#include <chrono>

#include "harness/artifact/checkpoint.h"
#include "harness/artifact/python_config.h"
#include "harness/artifact/training_log.h"
#include "harness/base/error.h"
#include "harness/base/location.h"
#include "harness/base/machine.h"

namespace harness {
namespace fs = std::filesystem;
namespace {

std::string_view error_kind(const Error& error) {
  switch (error.code()) {
    case ErrorCode::kIo:
      return "missing";
    case ErrorCode::kFetchFailed:
      return "unreachable";
    case ErrorCode::kChecksumMismatch:
      return "checksum";
    default:
      return "unreadable";
  }
}

/// The parsed config, or null and the reason beside it.
void record_config(Json& target, const Json& text, const std::string& subject) {
  target["config"] = nullptr;
  if (!text.is_string()) return;
  try {
    target["config"] = parse_python_config(text.get<std::string>(), subject);
  } catch (const Error& error) {
    target["config_error"] = error.what();
  }
}

Json state_dict_record(const Checkpoint& checkpoint) {
  Json tensors = Json::array();
  for (const auto& tensor : checkpoint.state_dict()) {
    tensors.push_back({tensor.name, to_string(tensor.dtype), tensor.shape});
  }
  return tensors;
}

Json statistics_record(const Checkpoint& checkpoint) {
  TensorStatistics sum;
  Json first_non_finite = nullptr;
  for (const auto& tensor : checkpoint.state_dict()) {
    const TensorStatistics one = statistics_of(tensor);
    sum.elements += one.elements;
    sum.non_finite += one.non_finite;
    sum.zeros += one.zeros;
    sum.half_subnormals += one.half_subnormals;
    sum.above_half_max += one.above_half_max;
    sum.not_half_exact += one.not_half_exact;
    sum.max_abs = std::max(sum.max_abs, one.max_abs);
    if (one.non_finite > 0 && first_non_finite.is_null()) first_non_finite = tensor.name;
  }
  return {{"elements", sum.elements},
          {"non_finite", sum.non_finite},
          {"zeros", sum.zeros},
          {"half_subnormals", sum.half_subnormals},
          {"above_half_max", sum.above_half_max},
          {"not_half_exact", sum.not_half_exact},
          {"max_abs", sum.max_abs},
          {"first_non_finite", first_non_finite}};
}

void record_checkpoint(Json& record, const StoredFile& file) {
  const Checkpoint checkpoint = Checkpoint::open(file.path);
  record["format"] = to_string(checkpoint.format());
  record["state_dict"] = state_dict_record(checkpoint);
  record["statistics"] = statistics_record(checkpoint);
  Json meta = checkpoint.meta();
  Json config_text = nullptr;
  if (meta.is_object() && meta.contains("config")) {
    config_text = meta.at("config");
    meta.erase("config");
  }
  record["meta"] = meta;
  record_config(record, config_text, file.name + ": meta.config");
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
        file_record(suite, row.checkpoint, store, record_checkpoint, &verified.checkpoint);
  }
  if (!row.log.empty()) result.measurements["log"] = file_record(suite, row.log, store, record_log);
  for (const auto* kind : {"checkpoint", "log"}) {
    const Json& file = result.measurements[kind];
    if (file.is_object() && file.contains("sha256")) result.digests[kind] = file["sha256"];
  }
  result.elapsed_s =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return verified;
}

}  // namespace harness
