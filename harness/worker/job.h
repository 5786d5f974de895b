#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/json.h"
#include "harness/table/suite.h"

namespace harness {

/// What the command gives a worker on its standard input: one row, and the results it must leave.
struct Job {
  struct Wanted {
    std::string stage;  ///< "evaluate", "evaluate_ms_flip", "parity".
    std::string precision;
    std::string key;  ///< Goes into the RunResult as it is.
  };
  std::string suite;
  Row row;
  DataSpec data;  ///< `root` is absolute here.
  std::filesystem::path checkpoint;
  std::string checkpoint_sha256;
  std::string device;        ///< "cpu" or "cuda".
  std::int64_t threads = 0;  ///< 0: LibTorch's own choice.
  std::vector<Wanted> results;
  std::filesystem::path out;  ///< DIR/<row>.
  std::vector<std::string> argv;
};

/// The part "data" of a job. Throws Error(kInvalidSuite) that names `subject`.
DataSpec data_from_json(const Json& value, std::string_view subject);

/// Throws Error(kInvalidSuite) for a job that is not as the command writes it.
Job job_from_json(const Json& value);

/// Tells the command how far the work has come: one JSON object a line on standard output.
void send_event(const Json& event);

}  // namespace harness
