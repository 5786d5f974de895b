#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "harness/record/verdict.h"

namespace harness {

/// "31 PASS · 2 UNFIT · 3 NOT_VERIFIABLE", in the order of docs/formats.md; "no claim was judged".
std::string counts_text(const std::vector<VerdictRecord>& records);

/// Does the verdict leave the claim open: neither PASS, FAIL, XFAIL nor XPASS?
bool is_unverified(Verdict verdict) noexcept;

/// Unverified claims with one verdict for the same reason, whatever their row.
struct UnverifiedClaims {
  std::vector<std::string> claims;  ///< Ids, in order, each once.
  Verdict verdict = Verdict::kSkipped;
  std::string resource;           ///< What is missing for all of them: "network", ...; else "".
  std::string reason;             ///< Of the first of them; for memory, of the one that needs most.
  std::vector<std::string> rows;  ///< Row ids, in order, each once.
};

/// Ordered by their first occurrence. Reasons are the same where they are equal, or where they lack
/// the same resource (judge/finding.h): the file that cannot be fetched is another one in each row.
std::vector<UnverifiedClaims> unverified(const std::vector<VerdictRecord>& records);

/// What a user can do about such claims: "`halfproof fetch suites/a.json` ..."; "" where nothing
/// helps. suite: as commands name it.
std::string remedy(const UnverifiedClaims& claims, std::string_view suite);

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
