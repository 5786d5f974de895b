#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "harness/cli/row_worker.h"
#include "harness/cli/stages/examine_stage.h"
#include "harness/fetch/store.h"
#include "harness/record/experiment.h"
#include "harness/record/paper_job_record.h"
#include "harness/table/suite.h"

namespace harness {

/// What `halfproof paper` was asked for. Precisions and device are not asked for: the experiments
/// choose theirs, on the CPU.
struct PaperOptions : WorkerOptions {
  std::vector<std::string> experiments = {};  ///< Names from paper_experiments().
  std::filesystem::path folder = {};          ///< Where documents and plots go: DIR/paper.
  std::int64_t seed = 0;
};

/// Writes the job into the folder before its first experiment, and takes away the verdicts of an
/// earlier one.
void begin_paper_job(const std::filesystem::path& folder, const PaperJobRecord& job);

/// Runs the experiments with one row, which the job in the folder must ask for: for each, writes
/// its key into the job and runs a worker, which writes folder/<experiment>.<row>.json. A worker
/// that dies leaves a document of status error; missing data, one of status skipped.
void measure_paper_row(const Suite& suite, const Row& row, const ExaminedRow& examined,
                       const StoreOptions& store, const PaperOptions& options, PaperJobRecord& job);

/// Draws the plot of each experiment that was measured into the folder, beside its document.
void draw_plots(const std::filesystem::path& folder, const std::vector<Experiment>& experiments);

}  // namespace harness
