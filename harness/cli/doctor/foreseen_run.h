#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "harness/cli/row_worker.h"
#include "harness/cli/stages/examine_stage.h"
#include "harness/cli/stages/run_plan.h"
#include "harness/fetch/transport.h"
#include "harness/judge/outlook.h"
#include "harness/record/environment.h"

namespace harness {

/// What stands in the way of every worker of a plan here, and what its results would be computed
/// by.
struct WorkerOutlook {
  std::vector<RowEnd> obstacles;  ///< No worker, no GPU; the first is what a run records.
  EnvironmentRecord environment;
};

/// Reads it from what the worker answers to `doctor` ({"environment", "cuda"}, or {"absent": why}).
WorkerOutlook worker_outlook(const Json& answer, const RunPlan& plan);

/// What will come of a row, without running any of its network at the published size.
struct ForeseenRow {
  const Row* row = nullptr;
  /// One for each execution of the plan, as foresee_claim() takes them.
  std::vector<RunResult> results;
  /// For results of status skipped, by stage: everything that is lacking, the first included.
  std::map<std::string, std::vector<std::string>> lacks;
  /// The published files are not here yet, and a server that has them answers.
  bool is_to_be_fetched = false;
  bool has_data = false;  ///< The data set has the suite's split.
};

/// Whether servers answer for files that are not in the cache; each URL is asked once, and no more
/// than its head is read.
class ReachableFiles {
 public:
  explicit ReachableFiles(Transport* transport) : transport_(transport) {}
  /// False for what is not a URL, and for another URL of a server that did not answer before.
  bool has(const std::string& location);

 private:
  Transport* transport_;  ///< Null: libcurl.
  std::set<std::string> silent_servers_;
};

/// Examines the files that are here, asks whether the others can be fetched unless the plan is
/// offline, and asks the worker whether the memory suffices, which takes seconds for each precision
/// of a row of full size.
ForeseenRow foresee_row(const Suite& suite, const Row& row, const RunPlan& plan,
                        const WorkerOutlook& worker, ReachableFiles& reachable);

/// What will come of each claim of the row.
std::vector<ClaimOutlook> foresee_claims(const Suite& suite, const ForeseenRow& foreseen,
                                         const RunPlan& plan);

}  // namespace harness
