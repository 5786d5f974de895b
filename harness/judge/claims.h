#pragma once

#include <string_view>
#include <vector>

#include "harness/judge/finding.h"
#include "harness/judge/rules/file/examined_files.h"
#include "harness/record/verdict.h"

namespace harness {

/// Claim ids that have a rule: those of claim_kinds(), in its order.
std::vector<std::string_view> ruled_claims();

/// Whether a rule judges claims of this id by this evidence.
bool has_rule(const Claim& claim);

/// Judges one claim. One without a rule FAILs, whatever else the suite says of it. For the others,
/// the rule's finding, and then, in this order,
/// - a claim without a published value is NOT_VERIFIABLE, with the measured value beside it; where
///   an import could not read the source's cell, the reason quotes it;
/// - one about images (evaluated, retrained, or the log's mIoU) that was published for another data
///   set than the training's is NOT_VERIFIABLE;
/// - a skip for lack of a resource that the job requires is a FAIL;
/// - where something was compared and the suite expects a failure, FAIL becomes XFAIL and PASS
///   becomes XPASS. A failure because nothing was measured remains FAIL: an expected failure
///   excuses a number, not its absence. A FAIL remains one where the job began after the last day
///   of the expectation (Claim::expires);
/// - the reason says where the claim's value is one that was accepted (Claim::accepted).
VerdictRecord judge_claim(const ClaimContext& context);

/// What judge_claim() makes of a rule's finding.
VerdictRecord conclude(const ClaimContext& context, Finding finding);

/// Judges a claim about published files by their examination, without a job. A claim that files
/// alone cannot prove FAILs. `now`: as JobScope::started.
VerdictRecord judge_file_claim(const ExaminedFiles& files, const Row& row, const Claim& claim,
                               std::string_view now);

}  // namespace harness
