#include "harness/record/run_result.h"

#include <algorithm>

#include "harness/base/error.h"

namespace harness {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kSchema = "halfproof.run/1";

std::string_view status_name(RunStatus status) {
  switch (status) {
    case RunStatus::kOk:
      return "ok";
    case RunStatus::kError:
      return "error";
    case RunStatus::kSkipped:
      return "skipped";
  }
  return "error";
}

RunStatus status_from_name(std::string_view name, std::string_view subject) {
  for (const auto status : {RunStatus::kOk, RunStatus::kError, RunStatus::kSkipped}) {
    if (status_name(status) == name) return status;
  }
  throw Error(ErrorCode::kInvalidJson, subject,
              "status: expected ok, error or skipped, got " + std::string(name));
}

}  // namespace

std::string run_result_name(std::string_view stage, std::string_view precision, int seed) {
  std::string name(stage);
  if (!precision.empty()) name.append("-").append(precision);
  if (seed >= 0) name.append("-seed").append(std::to_string(seed));
  return name + ".json";
}

Json to_json(const RunResult& result) {
  return {{"schema", kSchema},
          {"suite", result.suite},
          {"row", result.row},
          {"stage", result.stage},
          {"precision", result.precision},
          {"device", result.device},
          {"status", status_name(result.status)},
          {"reason", result.reason},
          {"started", result.started},
          {"elapsed_s", result.elapsed_s},
          {"key", result.key},
          {"argv", result.argv},
          {"seeds", result.seeds},
          {"digests", result.digests},
          {"environment", result.environment},
          {"measurements", result.measurements}};
}

RunResult run_result_from_json(const Json& value, std::string_view subject) {
  try {
    if (value.at("schema") != kSchema) {
      throw Error(ErrorCode::kInvalidJson, subject,
                  "expected schema " + std::string(kSchema) + ", got " + value.at("schema").dump());
    }
    RunResult result;
    result.suite = value.at("suite").get<std::string>();
    result.row = value.at("row").get<std::string>();
    result.stage = value.at("stage").get<std::string>();
    result.precision = value.at("precision").get<std::string>();
    result.device = value.at("device").get<std::string>();
    result.status = status_from_name(value.at("status").get<std::string>(), subject);
    result.reason = value.at("reason").get<std::string>();
    result.started = value.at("started").get<std::string>();
    result.elapsed_s = value.at("elapsed_s").get<double>();
    result.key = value.at("key").get<std::string>();
    result.argv = value.at("argv").get<std::vector<std::string>>();
    result.seeds = value.at("seeds");
    result.digests = value.at("digests");
    result.environment = value.at("environment");
    result.measurements = value.at("measurements");
    return result;
  } catch (const nlohmann::json::exception& failure) {
    throw Error(ErrorCode::kInvalidJson, subject, failure.what());
  }
}

std::vector<RunResult> read_run_results(const fs::path& row_folder) {
  std::vector<fs::path> files;
  if (!fs::is_directory(row_folder)) return {};
  for (const auto& entry : fs::directory_iterator(row_folder)) {
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::vector<RunResult> results;
  for (const auto& file : files) {
    results.push_back(run_result_from_json(read_json_file(file), file.string()));
  }
  return results;
}

}  // namespace harness
