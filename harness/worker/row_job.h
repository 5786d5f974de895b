#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "harness/base/json.h"
#include "harness/record/run_result.h"
#include "harness/table/suite.h"

namespace harness {

/// The common part of every job: one row, the machine's resources for it, and where its results go.
struct RowJob {
  std::string suite;
  Row row;
  DataSpec data;                     ///< `root` is absolute; evaluated on `split`.
  std::filesystem::path checkpoint;  ///< Empty: the row publishes none.
  std::string device;                ///< "cpu" or "cuda".
  std::int64_t threads = 0;          ///< 0: LibTorch's own choice.
  std::int64_t memory_bytes = 0;     ///< What a step may take on the CPU; 0: what is free.
  std::filesystem::path out;         ///< DIR/<row>.
  std::vector<std::string> argv;
};

/// A result that a worker must write, where one job asks for several.
struct WantedResult {
  std::string stage;
  std::string precision;
  std::string key;  ///< Copied to the RunResult.
};

/// A job's list "results". Throws Error(kInvalidSuite) likewise.
std::vector<WantedResult> wanted_results(const Json& values);

/// Reads those keys of a job. Throws Error(kInvalidSuite) for a job that is not as the command
/// writes it.
void read_row_job(ObjectReader& reader, RowJob& job);

/// Sets this process up for the job: threads, memory that is used again (on the CPU), half
/// convolutions, exact FP32.
void prepare_process(const RowJob& job);

/// A result of the job with that environment, and without measurements.
RunResult new_result(const RowJob& job, const std::string& stage, const std::string& precision,
                     const std::string& key);

/// Sends an event to the command: one JSON object a line on standard output.
void send_event(const Json& event);

}  // namespace harness
