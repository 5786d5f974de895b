#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/json.h"

namespace harness {

/// How an execution ended. A result that is not kOk has a reason and no measurements to trust.
enum class RunStatus {
  kOk,
  kError,    ///< The world got something wrong (Error), or the worker died.
  kSkipped,  ///< Not tried, for a reason (no GPU, no data).
};

/// One execution of a row, as it is stored before anything is judged: DIR/<row>/<name>.json.
/// Schema "halfproof.run/1"; docs/formats.md lists the measurements of each stage.
struct RunResult {
  std::string suite;
  std::string row;
  std::string stage;      ///< "verify", "evaluate", "evaluate_ms_flip", "parity", "train".
  std::string precision;  ///< "fp16", "fp32", ...; "" for the stage verify.
  std::string device;     ///< "cpu" or "cuda"; "" for the stage verify.
  RunStatus status = RunStatus::kOk;
  std::string reason;   ///< Empty when status is kOk.
  std::string started;  ///< UTC.
  double elapsed_s = 0.0;
  std::string key;  ///< Digest of all that determines the result; equal key: reusable.
  std::vector<std::string> argv;
  Json seeds = Json::object();
  Json digests = Json::object();      ///< sha256 by name: "checkpoint", "log", "predictions".
  Json environment = Json::object();  ///< build, machine, libtorch, cuda, threads, flags.
  Json measurements = Json::object();
};

/// "verify.json", "evaluate-fp16.json": the file's name for a stage, precision and seed.
std::string run_result_name(std::string_view stage, std::string_view precision, int seed = -1);

Json to_json(const RunResult& result);

/// Throws Error(kInvalidJson) when a field is missing or of another type, or the schema another.
RunResult run_result_from_json(const Json& value, std::string_view subject);

/// All results of one row, ordered by file name; an empty list when the folder does not exist.
/// Throws Error(kInvalidJson) for a file that is not a RunResult.
std::vector<RunResult> read_run_results(const std::filesystem::path& row_folder);

}  // namespace harness
