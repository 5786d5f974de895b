#include "harness/record/experiment.h"

#include <algorithm>

#include <fmt/format.h>

#include "harness/base/error.h"
#include "harness/base/number_text.h"
#include "harness/record/schema.h"

namespace harness {
namespace {

constexpr std::string_view kExperimentSchema = "halfproof.experiment/3";

struct ExperimentDocument {
  std::string schema{kExperimentSchema};
  Experiment experiment;

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("schema", self.schema);
    visit("name", self.experiment.name);
    visit("source", self.experiment.source);
    Execution::visit_common(self.experiment, visit);
    visit("settings", self.experiment.settings);
    visit("charts", self.experiment.charts);
  }
};

}  // namespace

std::string_view to_string(PaperExperiment experiment) noexcept {
  switch (experiment) {
    case PaperExperiment::kMasterWeights:
      return "master-weights";
    case PaperExperiment::kLossScaling:
      return "loss-scaling";
    case PaperExperiment::kFp32Accumulation:
      return "fp32-accumulation";
    case PaperExperiment::kOverflow:
      return "overflow";
  }
  return "unknown";
}

bool read_name(std::string_view name, PaperExperiment& experiment) noexcept {
  const auto found = std::find_if(kPaperExperiments.begin(), kPaperExperiments.end(),
                                  [&](PaperExperiment known) { return to_string(known) == name; });
  if (found == kPaperExperiments.end()) return false;
  experiment = *found;
  return true;
}

std::string_view source_of(PaperExperiment experiment) noexcept {
  switch (experiment) {
    case PaperExperiment::kMasterWeights:
      return "arXiv 1710.03740v3, section 3.1";
    case PaperExperiment::kLossScaling:
      return "arXiv 1710.03740v3, section 3.2";
    case PaperExperiment::kFp32Accumulation:
      return "arXiv 1710.03740v3, section 3.3";
    case PaperExperiment::kOverflow:
      return "arXiv 1710.03740v3, sections 3.2 and 5";
  }
  return "";
}

std::vector<std::string> paper_experiments() {
  std::vector<std::string> names;
  for (const auto experiment : kPaperExperiments) names.emplace_back(to_string(experiment));
  return names;
}

PaperExperiment paper_experiment(std::string_view name) {
  PaperExperiment experiment{};
  if (read_name(name, experiment)) return experiment;
  throw Error(
      ErrorCode::kUsage, "experiment",
      fmt::format("expected one of {}, got \"{}\"", enumeration(paper_experiments()), name));
}

Experiment new_experiment(PaperExperiment name, const std::string& suite, const std::string& row) {
  Experiment experiment;
  experiment.name = name;
  experiment.source = source_of(name);
  experiment.suite = suite;
  experiment.row = row;
  return experiment;
}

std::string experiment_file_stem(std::string_view name, std::string_view row) {
  return fmt::format("{}.{}", name, row);
}

Json to_json(const Experiment& experiment) {
  return record_to_json(ExperimentDocument{std::string(kExperimentSchema), experiment});
}

Experiment experiment_from_json(const Json& value, std::string_view subject) {
  require_schema(value, kExperimentSchema, subject,
                 "experiments of another version must be run again");
  return record_from_json<ExperimentDocument>(value, subject).experiment;
}

}  // namespace harness
