#pragma once

#include <string>
#include <vector>

#include "harness/report/html/page_data.h"
#include "harness/report/html/report_input.h"

namespace harness {

/// The whole run in one sentence: what does not hold first, with its claims' names, then how many
/// hold and how many could not be verified.
std::string whole_sentence(const JudgedRun& run);

/// When, with what command, on what, from which commit and for which suite.
PageFacts about_run(const ReportInput& input);

/// What else a reader must know: notes_text() (report/summary.h), and what the audit of the run
/// found in the published files (DIR/audit.json, where there is one).
std::vector<std::string> run_notes(const ReportInput& input);

}  // namespace harness
