#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/base/json.h"
#include "harness/deepbench/result_sheet.h"
#include "harness/deepbench/sheet_copy_rules.h"
#include "harness/deepbench/sheet_finding.h"
#include "harness/deepbench/sheet_number_rules.h"
#include "harness/deepbench/sheet_problem_rules.h"

namespace harness {

/// What the rules of sheet_*_rules.h found in published result sheets.
struct SheetAudit {
  std::vector<std::string> files;
  std::int64_t tables = 0;
  std::int64_t rows = 0;
  std::int64_t timed_rows = 0;  ///< Rows with a time.
  RateCount rates;
  std::vector<SheetFinding> findings;  ///< In the order of the files; copies at the end.
  std::vector<RepeatNoise> noise;      ///< Of each worksheet that repeats a problem.
  std::vector<std::string> unseen;     ///< What a rule could not look at, and why.
};

SheetAudit audit_sheets(const std::vector<ResultSheet>& sheets,
                        const std::vector<ProblemList>& lists);

/// 1 when there is a finding, else 0.
int exit_code(const SheetAudit& audit) noexcept;

/// Schema "halfproof.sheet-audit/1": everything of it, with the number of findings and of rows by
/// rule.
Json to_json(const SheetAudit& audit);

/// For a terminal: each finding with its cause and the first rows, the noise floors, the counts.
std::string sheet_audit_text(const SheetAudit& audit);

}  // namespace harness
