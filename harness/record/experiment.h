#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "harness/base/json.h"
#include "harness/record/chart.h"
#include "harness/record/run_result.h"

namespace harness {

/// One experiment with one row, as it is stored before anything is judged:
/// DIR/paper/<name>.<row>.json, schema "halfproof.experiment/1". docs/paper.md lists the
/// measurements of each experiment.
struct Experiment {
  std::string name;    ///< "master-weights", ...
  std::string source;  ///< What it examines: paper and section.
  std::string suite;
  std::string row;
  RunStatus status = RunStatus::kOk;
  std::string reason;   ///< Empty when status is kOk.
  std::string started;  ///< UTC.
  double elapsed_s = 0.0;
  std::vector<std::string> argv;
  Json seeds = Json::object();
  Json settings = Json::object();  ///< All that was chosen: steps, learning rates, scales, ...
  Json environment = Json::object();
  Json measurements = Json::object();
  std::vector<Chart> charts;
};

/// "master-weights.<row>", without ".json" or ".svg".
std::string experiment_file_stem(std::string_view name, std::string_view row);

Json to_json(const Experiment& experiment);

/// Throws Error(kInvalidJson) when a field is missing or of another type, or the schema another.
Experiment experiment_from_json(const Json& value, std::string_view subject);

}  // namespace harness
