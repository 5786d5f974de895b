#pragma once

#include <string>

#include "harness/judge/finding.h"

namespace harness {

/// Is the claim's value a number that the source rounded for print, or one that we posit ("0
/// changed pixels")? Only a printed number covers all the values that round to it.
enum class PublishedAs { kPrinted, kPosited };

/// Judges `measured` by the claim's value, tolerance and digits. `how` says how it was measured and
/// closes the reason: "0.001 above, allowed 0.055; 16 images in fp16 on cpu". A claim without a
/// value is NOT_VERIFIABLE, with the measured number beside it.
Finding judge_number_claim(const Claim& claim, double measured, PublishedAs published_as,
                           const std::string& how);

/// The same of a claim whose value is no number, which what was measured cannot be compared with:
/// NOT_VERIFIABLE (`how`) without a value, else FAIL.
Finding judge_without_number(const Claim& claim, double measured, const std::string& how);

/// The claim's value as it was printed: "76.80"; a text unchanged, "nothing" for null.
std::string published_text(const Claim& claim);

}  // namespace harness
