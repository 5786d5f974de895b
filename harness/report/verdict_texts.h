#pragma once

#include <string>

#include "harness/record/verdict.h"
#include "harness/table/suite.h"

namespace harness {

/// The values of a verdict as people read them, on every page.

/// The suite's claim with its digits; where the suite has none, one with the record's value.
Claim claim_of(const Suite& suite, const VerdictRecord& record);

/// "52.05 %" with the digits that were published; "-" for nothing, "this row" for the row's id.
std::string published_cell(const Claim& claim, const VerdictRecord& record);

/// The same of what was measured, with one digit more.
std::string measured_cell(const Claim& claim, const VerdictRecord& record);

}  // namespace harness
