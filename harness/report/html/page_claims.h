#pragma once

#include "harness/report/html/page_data.h"
#include "harness/report/html/report_input.h"

namespace harness {

/// Adds the rows of the run, in the suite's order.
void add_rows(const ReportInput& input, PageData& page);

/// Adds every execution that the job asked for, and the environments that they name, each once:
/// clocks, which differ from moment to moment, do not tell one from another. After add_rows().
void add_results(const ReportInput& input, PageData& page);

/// Adds the claims in the order of the verdicts, and the columns that they stand in: those that the
/// source prints (Source::column, in a line of a table) in the order of the claims, then "other
/// facts of the files", "evaluation" and "training" for what was checked besides, by evidence.
/// After add_results().
void add_claims(const ReportInput& input, PageData& page);

/// Index of the row with this id; -1 for none.
std::int64_t row_index(const PageData& page, const std::string& id);

}  // namespace harness
