#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "harness/record/experiment.h"
#include "harness/record/verdict.h"

namespace harness {

/// The experiments on the statements of arXiv 1710.03740v3, in the paper's order.
std::vector<std::string> paper_experiments();

/// One record for each statement that the experiment examines and for each of its controls:
/// its name as the claim, the experiment as the evidence. PASS: the statement is seen. What was
/// not measured, or is not a number, fails; a skipped experiment is SKIPPED, one that ended in an
/// error fails, statement by statement. Throws Error(kUsage) for an unknown experiment.
std::vector<VerdictRecord> judge_experiment(const Experiment& experiment);

/// FAIL for each of its statements.
std::vector<VerdictRecord> fail_experiment(std::string_view name, const std::string& row,
                                           const std::string& reason);

}  // namespace harness
