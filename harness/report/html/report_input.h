#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "harness/history/history.h"
#include "harness/judge/judge.h"
#include "harness/openmmlab/training_log.h"
#include "harness/record/verdict.h"
#include "harness/table/suite.h"

namespace harness {

/// What a report is made of.
struct ReportInput {
  std::filesystem::path folder;  ///< The run directory.
  StoredRun run;
  Suite suite;  ///< By which it was judged.
  JudgedRun judged;
  std::map<std::string, TrainingLog> published;  ///< Published logs that are at hand, by row.
  const History* history = nullptr;              ///< May be null.
};

}  // namespace harness
