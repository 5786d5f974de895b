#pragma once

#include <string>
#include <vector>

#include "harness/base/verdict.h"

namespace harness {

/// "31 PASS · 2 UNFIT · 3 NOT_VERIFIABLE", in the order of docs/formats.md; "no claim was judged".
std::string counts_text(const std::vector<VerdictRecord>& records);

/// Does the verdict leave the claim open: neither PASS, FAIL, XFAIL nor XPASS?
bool is_unverified(Verdict verdict) noexcept;

/// Claims of one id with one verdict, whatever their row.
struct ClaimGroup {
  std::string claim;
  Verdict verdict = Verdict::kFail;
  std::string reason;             ///< Of the first of them.
  std::vector<std::string> rows;  ///< Row ids, in order.
};

/// Unverified claims grouped by claim id and verdict, in the order in which they come first.
std::vector<ClaimGroup> unverified(const std::vector<VerdictRecord>& records);

/// FAIL and XPASS, grouped in the same way.
std::vector<ClaimGroup> failed(const std::vector<VerdictRecord>& records);

}  // namespace harness
