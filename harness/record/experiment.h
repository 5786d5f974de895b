#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/json.h"
#include "harness/record/chart.h"
#include "harness/record/run_result.h"

namespace harness {

/// The experiments on the statements of arXiv 1710.03740v3. The code that measures them and the
/// code that judges them switch over this enumeration, so that the compiler finds a missing one.
enum class PaperExperiment { kMasterWeights, kLossScaling, kFp32Accumulation, kOverflow };

/// In the paper's order.
inline constexpr std::array kPaperExperiments{
    PaperExperiment::kMasterWeights, PaperExperiment::kLossScaling,
    PaperExperiment::kFp32Accumulation, PaperExperiment::kOverflow};

/// "master-weights", "loss-scaling", "fp32-accumulation", "overflow".
std::string_view to_string(PaperExperiment experiment) noexcept;
bool read_name(std::string_view name, PaperExperiment& experiment) noexcept;

/// What the experiment examines: paper and section.
std::string_view source_of(PaperExperiment experiment) noexcept;

/// The names of all experiments, in the paper's order.
std::vector<std::string> paper_experiments();

/// Throws Error(kUsage) with the known names for another one.
PaperExperiment paper_experiment(std::string_view name);

/// One experiment with one row, as it is stored before anything is judged:
/// DIR/paper/<name>.<row>.json, schema "halfproof.experiment/3". The measurements are the
/// experiment's record (paper_records.h); docs/paper.md describes them.
struct Experiment : Execution {
  PaperExperiment name = PaperExperiment::kMasterWeights;
  std::string source;              ///< source_of(name) when it was measured.
  Json settings = Json::object();  ///< An ExperimentSettings; {} when nothing was measured.
  std::vector<Chart> charts;
};

/// An experiment before it was run: its name, source, suite and row.
Experiment new_experiment(PaperExperiment name, const std::string& suite, const std::string& row);

/// "master-weights.<row>", without ".json" or ".svg".
std::string experiment_file_stem(std::string_view name, std::string_view row);

Json to_json(const Experiment& experiment);

/// Throws Error(kInvalidJson) when a field is missing, unknown or of another type, or the schema is
/// another (experiments of "halfproof.experiment/2" must be run again).
Experiment experiment_from_json(const Json& value, std::string_view subject);

/// What the experiment measured, as its record. Throws Error(kInvalidJson) with the key's path.
template <Record R>
R measurements_of(const Experiment& experiment) {
  return record_from_json<R>(experiment.measurements,
                             experiment_file_stem(to_string(experiment.name), experiment.row),
                             "measurements");
}

}  // namespace harness
