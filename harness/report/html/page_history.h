#pragma once

#include "harness/report/html/page_data.h"
#include "harness/report/html/report_input.h"

namespace harness {

/// Adds what changed since the run before, and to each claim its time line up to this run. Without
/// a history, nothing. After add_claims().
///
/// Throws Error(kUsage) where the history does not have this run (by the sha256 of its run.json),
/// and as History does.
void add_history(const ReportInput& input, PageData& page);

}  // namespace harness
