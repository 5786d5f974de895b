#pragma once

#include <string_view>

#include "harness/judge/finding.h"
#include "harness/record/verdict.h"

namespace harness {

/// The rule for a claim id of docs/formats.md; null pointer when there is none.
ClaimRule find_rule(std::string_view claim_id) noexcept;

/// Judges one claim: the rule's finding, and then, in this order,
/// - a claim without a published value is NOT_VERIFIABLE, with what was measured beside it;
/// - a skip for want of a resource that the job requires is a FAIL;
/// - where something was compared and the suite expects a failure, FAIL becomes XFAIL and PASS
///   becomes XPASS. A failure because nothing was measured stays FAIL: an expected failure excuses
///   a number, not its absence.
/// A claim id without a rule FAILs.
VerdictRecord judge_claim(const ClaimContext& context);

}  // namespace harness
