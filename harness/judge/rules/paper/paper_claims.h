#pragma once

#include <string>
#include <vector>

#include "harness/record/experiment.h"
#include "harness/record/verdict.h"
#include "harness/table/suite.h"

namespace harness {

/// One record for each statement that the experiment examines and for each of its controls:
/// its name as the claim, the experiment as the evidence. PASS: the statement is confirmed. A value
/// that was not measured, or is not a number, fails; measurements that are not the experiment's
/// record, or that contradict each other (paper_consistency.h), fail every statement. A skipped
/// experiment is SKIPPED, and one that ended in an error FAILs, statement by statement.
/// `row`: the suite's. A record that is not of the whole experiment with it (paper_row.h) fails
/// every statement, too; null judges the record alone.
std::vector<VerdictRecord> judge_experiment(const Experiment& experiment, const Row* row = nullptr);

}  // namespace harness
