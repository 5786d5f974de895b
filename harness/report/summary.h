#pragma once

#include <string>
#include <vector>

#include "harness/record/verdict.h"

namespace harness {

/// "31 PASS · 2 UNFIT · 3 NOT_VERIFIABLE", in the order of docs/formats.md; "no claim was judged".
std::string counts_text(const std::vector<VerdictRecord>& records);

/// Does the verdict leave the claim open: neither PASS, FAIL, XFAIL nor XPASS?
bool is_unverified(Verdict verdict) noexcept;

/// Unverified claims of one id with one verdict, whatever their row.
struct UnverifiedClaims {
  std::string claim;
  Verdict verdict = Verdict::kSkipped;
  std::string reason;             ///< The reason of the first of them.
  std::vector<std::string> rows;  ///< Row ids, in order.
};

/// Ordered by their first occurrence.
std::vector<UnverifiedClaims> unverified(const std::vector<VerdictRecord>& records);

/// The claims of one row that are FAIL or XPASS.
struct FailedRow {
  std::string row;
  std::vector<std::string> claims;
};

std::vector<FailedRow> failed(const std::vector<VerdictRecord>& records);

/// What else a reader of the verdicts must know, a line each: claims that need a stage and
/// statements that need an experiment the job was not asked for, and results that were not judged.
/// "" when there is nothing.
std::string notes_text(const JudgedRun& run);

}  // namespace harness
