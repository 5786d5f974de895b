#include "harness/cli/stages/paper_stage.h"

#include <fmt/format.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/system/machine.h"
#include "harness/cli/interrupt.h"
#include "harness/cli/run_directory.h"
#include "harness/cli/stages/train_stage.h"
#include "harness/judge/rules/paper/paper_claims.h"
#include "harness/record/environment.h"
#include "harness/report/svg_chart.h"

namespace harness {
namespace fs = std::filesystem;
namespace {

fs::path document_of(const fs::path& folder, const std::string& experiment,
                     const std::string& row) {
  return folder / (experiment_file_stem(experiment, row) + ".json");
}

fs::path plot_of(const fs::path& folder, const std::string& experiment, const std::string& row) {
  return folder / (experiment_file_stem(experiment, row) + ".svg");
}

/// What all experiments with a row need, or why none can be run.
struct PaperSource {
  fs::path root;
  fs::path pretrained;  ///< Empty: none is published.
  RowEnd obstacle;
};

PaperSource find_source(const Suite& suite, const Row& row, const ExaminedRow& examined,
                        const StoreOptions& store, const PaperOptions& options) {
  PaperSource source;
  source.root = data_root(suite, options.data);
  if (source.root.empty() || data_fingerprint(source.root, "train").empty()) {
    source.obstacle = {RunStatus::kSkipped, no_data_reason(source.root, {"train"})};
    return source;
  }
  if (examined.checkpoint.empty()) {
    source.obstacle = {RunStatus::kSkipped,
                       "no network: the row's checkpoint is not at hand; `halfproof fetch` it"};
    return source;
  }
  const PretrainedBackbone backbone = obtain_pretrained(suite, row, examined, store);
  source.pretrained = backbone.file;
  source.obstacle = backbone.obstacle;
  return source;
}

void leave_unmeasured(const Suite& suite, const Row& row, const std::string& name,
                      const RowEnd& end, const PaperOptions& options) {
  Experiment experiment = new_experiment(paper_experiment(name), suite.name, row.id);
  experiment.status = end.status;
  experiment.reason = end.reason;
  experiment.started = utc_now();
  experiment.argv = options.argv;
  experiment.seed = options.seed;
  experiment.environment = command_environment();
  write_json_file(document_of(options.folder, name, row.id), to_json(experiment));
}

}  // namespace

void measure_paper_row(const Suite& suite, const Row& row, const ExaminedRow& examined,
                       const StoreOptions& store, const PaperOptions& options) {
  const PaperSource source = find_source(suite, row, examined, store, options);
  for (const auto& name : options.experiments) {
    if (interrupted()) return;
    RowEnd end = source.obstacle;
    // A document of an earlier call must not be taken for what this one measured.
    fs::remove(document_of(options.folder, name, row.id));
    fs::remove(plot_of(options.folder, name, row.id));
    if (end.status == RunStatus::kOk) {
      Json job = row_job(suite, row, fs::absolute(examined.checkpoint), source.root,
                         document_of(options.folder, name, row.id), options);
      job["pretrained"] = source.pretrained.string();
      job["experiment"] = name;
      job["seed"] = options.seed;
      end = run_row_worker(options, "paper", job, row.id, "steps");
    }
    if (end.status != RunStatus::kOk && !interrupted()) {
      leave_unmeasured(suite, row, name, end, options);
    }
  }
}

std::vector<VerdictRecord> judge_paper_document(const fs::path& folder, const std::string& name,
                                                const std::string& row) {
  const fs::path file = document_of(folder, name, row);
  try {
    const Experiment experiment = experiment_from_json(read_json_file(file), file.string());
    if (to_string(experiment.name) != name || experiment.row != row) {
      throw Error(ErrorCode::kInvalidJson, file.string(),
                  fmt::format("expected the experiment {} with the row {}, got {} with {}", name,
                              row, to_string(experiment.name), experiment.row));
    }
    if (experiment.status == RunStatus::kOk) {
      const std::string title = fmt::format("{}: {}", name, row);
      write_file_atomic(plot_of(folder, name, row), render_svg(title, experiment.charts));
    }
    return judge_experiment(experiment);
  } catch (const Error& error) {
    return fail_experiment(paper_experiment(name), row,
                           fmt::format("nothing was measured: {}", error.what()));
  }
}

}  // namespace harness
