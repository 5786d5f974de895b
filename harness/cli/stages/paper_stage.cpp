#include "harness/cli/stages/paper_stage.h"

#include <fmt/format.h>

#include "harness/base/file.h"
#include "harness/base/system/machine.h"
#include "harness/cli/interrupt.h"
#include "harness/cli/run_directory.h"
#include "harness/cli/stages/train_stage.h"
#include "harness/cli/worker_versions.h"
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
  std::string train_data;  ///< Fingerprint.
  PretrainedBackbone pretrained;
  RowEnd obstacle;
};

PaperSource find_source(const Suite& suite, const Row& row, const ExaminedRow& examined,
                        const StoreOptions& store, const PaperOptions& options) {
  PaperSource source;
  source.root = data_root(suite, options.data);
  if (!source.root.empty()) source.train_data = data_fingerprint(source.root, "train");
  if (source.train_data.empty()) {
    source.obstacle = {RunStatus::kSkipped, no_data_reason(source.root, {"train"})};
    return source;
  }
  if (examined.checkpoint.empty()) {
    source.obstacle = {RunStatus::kSkipped,
                       "no network: the row's checkpoint is not at hand; `halfproof fetch` it"};
    return source;
  }
  source.pretrained = obtain_pretrained(suite, row, examined, store);
  source.obstacle = source.pretrained.obstacle;
  return source;
}

/// The experiments with the row that are asked for.
std::vector<AskedExecution> keyed_experiments(const Suite& suite, const Row& row,
                                              const ExaminedRow& examined,
                                              const PaperSource& source,
                                              const PaperOptions& options) {
  Json inputs = {{"checkpoint", examined.checkpoint_sha256()},
                 {"pretrained", source.pretrained.sha256},
                 {"training data", source.train_data},
                 {"size", {suite.data.height, suite.data.width}},
                 {"threads", options.threads},
                 {"seed", options.seed}};
  inputs.update(worker_versions(options));
  std::vector<AskedExecution> experiments;
  for (const auto& name : options.experiments) {
    experiments.push_back(
        {row.id, name, "", options.seed, result_key(row, name, "", options.device, inputs)});
  }
  return experiments;
}

void leave_unmeasured(const Suite& suite, const AskedExecution& asked, const RowEnd& end,
                      const PaperOptions& options) {
  Experiment experiment = new_experiment(paper_experiment(asked.stage), suite.name, asked.row);
  experiment.status = end.status;
  experiment.reason = end.reason;
  experiment.started = utc_now();
  experiment.argv = options.argv;
  experiment.seed = asked.seed;
  experiment.key = asked.key;
  experiment.environment = command_environment();
  write_json_file(document_of(options.folder, asked.stage, asked.row), to_json(experiment));
}

}  // namespace

void begin_paper_job(const fs::path& folder, const PaperJobRecord& job) {
  // Verdicts of an earlier job must not pass for this one's, should it be killed.
  fs::remove(folder / "verdicts.json");
  write_json_file(folder / kPaperJobFile, to_json(job));
}

void measure_paper_row(const Suite& suite, const Row& row, const ExaminedRow& examined,
                       const StoreOptions& store, const PaperOptions& options,
                       PaperJobRecord& job) {
  const PaperSource source = find_source(suite, row, examined, store, options);
  const auto experiments = keyed_experiments(suite, row, examined, source, options);
  for (const auto& asked : experiments) {
    if (interrupted()) return;
    RowEnd end = source.obstacle;
    const fs::path document = document_of(options.folder, asked.stage, row.id);
    // Before the key is written: a document of an earlier job, which may have the same key, must
    // not be taken for what this one measured.
    fs::remove(document);
    fs::remove(plot_of(options.folder, asked.stage, row.id));
    job.ask(asked);
    write_json_file(options.folder / kPaperJobFile, to_json(job));
    if (end.status == RunStatus::kOk) {
      Json input =
          row_job(suite, row, fs::absolute(examined.checkpoint), source.root, document, options);
      input["pretrained"] = source.pretrained.file.string();
      input["experiment"] = asked.stage;
      input["seed"] = options.seed;
      input["key"] = asked.key;
      end = run_row_worker(options, "paper", input, row.id, "steps");
    }
    if (end.status != RunStatus::kOk && !interrupted()) {
      leave_unmeasured(suite, asked, end, options);
    }
  }
}

void draw_plots(const fs::path& folder, const std::vector<Experiment>& experiments) {
  for (const auto& experiment : experiments) {
    if (experiment.status != RunStatus::kOk) continue;
    const std::string name(to_string(experiment.name));
    const std::string title = fmt::format("{}: {}", name, experiment.row);
    write_file_atomic(plot_of(folder, name, experiment.row), render_svg(title, experiment.charts));
  }
}

}  // namespace harness
