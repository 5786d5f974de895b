#pragma once

#include <string>
#include <vector>

#include "harness/base/json.h"
#include "harness/history/add_run.h"

namespace harness {

/// Runs as CSV (RFC 4180: lines end with CR LF, cells with a comma, a quote or a line feed are
/// quoted): a heading, then a line for each verdict with the run that it is of. Published and
/// measured are as in verdicts.json, a text without its quotes; a null is an empty cell.
std::string history_csv(const std::vector<HistoryRun>& runs);

/// {"schema": "halfproof.history/1", "runs": [...]}, with everything that the history holds.
Json history_json(const std::vector<HistoryRun>& runs);

}  // namespace harness
