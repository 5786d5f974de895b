#pragma once

#include <string>
#include <string_view>

#include "harness/judge/judge.h"

namespace harness {

/// Throws Error(kUsage) unless the suite is the one that the run was started with, or that one and
/// beside it claims that were accepted from this very run. `digest`: sha256 of the run's run.json.
void require_suite_as_run(const StoredRun& run, std::string_view digest, const Suite& suite);

/// The claim with what the run measured as its value, and where that comes from
/// (Claim::accepted): the number is rounded to the digits that the published one has, the tolerance
/// stays, an expected failure is over. Of retrain.miou the reference runs become the run's own.
///
/// Throws Error(kUsage) where no measurement may take the value's place: the row has no such claim;
/// its value is demanded and not measured (is_reference); the run's verdict on it is neither FAIL
/// nor XFAIL, or it holds no number; the claim would not pass with it; no reason is given.
Claim accepted_claim(const StoredRun& run, std::string_view digest, const Suite& suite,
                     const Row& row, std::string_view claim_id, const std::string& reason);

}  // namespace harness
