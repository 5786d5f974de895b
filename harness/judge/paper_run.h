#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "harness/record/experiment.h"
#include "harness/record/paper_job_record.h"
#include "harness/record/verdict.h"
#include "harness/table/suite.h"

namespace harness {

/// What DIR/paper (docs/paper.md) holds for the experiments that its job asked for.
struct StoredPaper {
  PaperJobRecord job;
  /// One for each of job.asked, in that order. A document that is missing, cannot be read, is of
  /// another suite, row, experiment or seed, has another key (from another program, recipe or
  /// data set) or is of another build is replaced by a failed one.
  std::vector<Experiment> experiments;
  std::vector<std::string> left_over;  ///< Names of other documents.
};

/// Throws as read_paper_job().
StoredPaper read_paper(const std::filesystem::path& folder);

/// Those of the experiments to judge; an empty list: all that were asked for.
struct PaperSelection {
  std::vector<std::string> rows;
  std::vector<std::string> experiments;
  std::vector<std::int64_t> seeds;
};

/// Judges the experiments, in the order in which they were asked for. What is judged of fewer
/// experiments than paper_experiments() with each row of the suite says so in `not_asked`: the
/// number of statements that are not judged, by experiment.
///
/// Throws Error(kUsage) for experiments of another suite, for a row of the job that the suite does
/// not have or has with another arithmetic, recipe or model, and for something selected that the
/// job was not asked for.
JudgedRun judge_paper(const StoredPaper& paper, const Suite& suite,
                      const PaperSelection& selection = {});

}  // namespace harness
