#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "harness/cli/row_worker.h"
#include "harness/cli/stages/examine_stage.h"
#include "harness/fetch/store.h"
#include "harness/record/experiment.h"
#include "harness/record/verdict.h"
#include "harness/table/suite.h"

namespace harness {

/// What `halfproof paper` was asked for. Precisions and device are not asked for: the experiments
/// choose theirs, on the CPU.
struct PaperOptions : WorkerOptions {
  std::vector<std::string> experiments = {};  ///< Names from paper_experiments().
  std::filesystem::path folder = {};          ///< Where documents and plots go: DIR/paper.
  std::int64_t seed = 0;
};

/// Runs the experiments with one row: a worker for each, which writes
/// folder/<experiment>.<row>.json. A worker that dies leaves a document of status error; missing
/// data, one of status skipped.
void measure_paper_row(const Suite& suite, const Row& row, const ExaminedRow& examined,
                       const StoreOptions& store, const PaperOptions& options);

/// Judges the document in the folder for this experiment and row, and draws its plot beside it. If
/// the document is missing, cannot be read or belongs to another experiment or row, every claim
/// fails.
std::vector<VerdictRecord> judge_paper_document(const std::filesystem::path& folder,
                                                const std::string& experiment,
                                                const std::string& row);

}  // namespace harness
