#pragma once

#include <string>
#include <vector>

#include "harness/base/json.h"
#include "harness/cli/doctor/foreseen_run.h"
#include "harness/report/terminal.h"

namespace harness {

/// Claims of one row with one prospect for one reason, and what would get them judged.
struct OutlookGroup {
  Prospect prospect = Prospect::kJudged;
  std::vector<std::string> claims;
  std::string reason;                 ///< That of the first claim; "" where they are judged.
  std::vector<std::string> commands;  ///< In the order in which to give them; may be empty.
  std::string where;                  ///< On what machine, where not on this one; else "".
};

struct RowOutlook {
  std::string row;
  std::string method;
  std::vector<OutlookGroup> groups;  ///< Ordered by prospect, then as the suite lists the claims.
};

struct SuiteOutlook {
  std::string suite;
  std::vector<RowOutlook> rows;
};

/// `plan.suite` is the path that the commands name.
RowOutlook row_outlook(const ForeseenRow& foreseen, const std::vector<ClaimOutlook>& claims,
                       const RunPlan& plan);

/// As a job of such verdicts would exit: 1 when a claim fails whatever is measured, else 0 when one
/// will be judged, else 77.
int exit_code(const SuiteOutlook& outlook) noexcept;

/// {"name", "exit", "counts", "claims": [{"row", "claim", "prospect", "reason", "where",
/// "commands"}]}.
Json to_json(const SuiteOutlook& outlook);

/// For each row a heading and its groups, each with its reason and its commands; above all, how
/// many claims have which prospect.
std::string render_outlook(const SuiteOutlook& outlook, const TerminalStyle& style);

}  // namespace harness
