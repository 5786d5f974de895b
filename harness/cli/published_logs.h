#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "harness/judge/judge.h"
#include "harness/openmmlab/training_log.h"

namespace harness {

/// The published training logs of a run's rows that are at hand, by row: a local file beside
/// `suite_file` (the file that the run was started with, or ""), else a file of the cache; with the
/// digest that the row's examination recorded, or it is another log. Nothing is fetched. A log that
/// is not at hand or cannot be read is left out.
std::map<std::string, TrainingLog> published_logs(const StoredRun& run,
                                                  const std::filesystem::path& suite_file,
                                                  const std::filesystem::path& cache);

/// The suite's file as the job's command line names it, where it still has the bytes that the job
/// read; else "". Relative names are looked for from the working folder.
std::filesystem::path suite_file_of(const JobRecord& job);

}  // namespace harness
