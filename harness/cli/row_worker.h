#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "harness/base/json.h"
#include "harness/base/run_result.h"
#include "harness/table/suite.h"

namespace harness {

/// How the work of one row ended: what its missing results are to say.
struct RowEnd {
  RunStatus status = RunStatus::kOk;
  std::string reason;
};

/// Runs the worker on one job and shows its progress. `unit` is what is counted: "images".
RowEnd run_row_worker(const std::filesystem::path& worker, const std::string& mode, const Json& job,
                      const std::string& row, const char* unit, bool quiet);

/// A result of a stage that did not come about, and why.
RunResult result_without_run(const std::string& suite, const std::string& row,
                             const std::string& stage, const std::string& precision,
                             const std::string& device, const RowEnd& end,
                             const std::vector<std::string>& argv);

/// The data set's root: what was asked for, else the suite's; empty when neither names one.
std::filesystem::path data_root(const Suite& suite, const std::filesystem::path& asked);

}  // namespace harness
