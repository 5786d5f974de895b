#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/json.h"
#include "harness/record/environment.h"
#include "harness/record/fields.h"

namespace harness {

/// How an execution ended. A result that is not kOk has a reason and no measurements to trust.
enum class RunStatus {
  kOk,
  kError,    ///< An Error was thrown, or the worker died.
  kSkipped,  ///< Not tried, for a reason (no GPU, no data).
};

std::string_view to_string(RunStatus status) noexcept;
bool read_name(std::string_view name, RunStatus& status) noexcept;

/// What every execution with a row records about itself, whatever it measured.
struct Execution {
  std::string suite;
  std::string row;
  RunStatus status = RunStatus::kOk;
  std::string reason;      ///< Empty when status is kOk.
  std::string started;     ///< UTC.
  double elapsed_s = 0.0;  ///< Seconds.
  std::vector<std::string> argv;
  std::optional<std::int64_t> seed;  ///< Set for executions that draw random numbers.
  EnvironmentRecord environment;
  std::string key;  ///< Digest of everything that determines the result; equal key: reusable.
  Json measurements = Json::object();  ///< A record of record/ as JSON.

  /// Names these fields for the documents of the structs that extend this one (fields.h).
  template <typename Self, typename Visit>
  static void visit_common(Self& self, Visit&& visit) {
    visit("suite", self.suite);
    visit("row", self.row);
    visit("status", self.status);
    visit("reason", self.reason);
    visit("started", self.started);
    visit("elapsed_s", self.elapsed_s);
    visit("argv", self.argv);
    visit("seed", self.seed);
    visit("environment", self.environment);
    visit("key", self.key);
    visit("measurements", self.measurements);
  }
};

/// One stage of a row, as it is stored before anything is judged: DIR/<row>/<name>.json, schema
/// "halfproof.run/2". measurements_of() reads its measurements; docs/formats.md lists them.
struct RunResult : Execution {
  std::string stage;      ///< "examine", "evaluate", "evaluate_ms_flip", "parity", "train".
  std::string precision;  ///< "fp16", "fp32", ...; "" for the stage examine.
  std::string device;     ///< "cpu" or "cuda"; "" for the stage examine.
  std::map<std::string, std::string> digests;  ///< sha256 by name: "checkpoint", "log", "weights".
};

/// "examine.json", "evaluate-fp16.json": the file's name for a stage, precision and seed.
std::string run_result_name(std::string_view stage, std::string_view precision,
                            std::optional<std::int64_t> seed = std::nullopt);

/// "train in fp16, seed 3": an execution as messages name it.
std::string execution_text(std::string_view stage, std::string_view precision,
                           std::optional<std::int64_t> seed = std::nullopt);

Json to_json(const RunResult& result);

/// Throws Error(kInvalidJson) when a field is missing, unknown or of another type, a digest or the
/// start has no such form (form.h), device or precision is none, or the schema is another (results
/// of "halfproof.run/1" must be produced again).
RunResult run_result_from_json(const Json& value, std::string_view subject);

/// All results in a row's folder, ordered by file name; an empty list when the folder does not
/// exist. Judging reads what run.json asks for instead. Throws Error(kInvalidJson) for a file that
/// is not a RunResult, or not the one that its name says (run_result_name).
std::vector<RunResult> read_run_results(const std::filesystem::path& row_folder);

/// What the stage measured, as its record. Throws Error(kInvalidJson) with the key's path.
template <Record R>
R measurements_of(const RunResult& result) {
  return record_from_json<R>(result.measurements,
                             run_result_name(result.stage, result.precision, result.seed),
                             "measurements");
}

}  // namespace harness
