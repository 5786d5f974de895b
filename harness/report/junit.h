#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "harness/record/verdict.h"

namespace harness {

/// A JUnit XML file, as CI servers read it: a test suite for each row, a test case for each claim.
/// FAIL and XPASS are failures; AMBIGUOUS, UNFIT, SKIPPED and NOT_VERIFIABLE are skipped, with the
/// verdict and its reason as message, so that no open claim reads as passed. The published and the
/// measured value are in the case's output.
std::string junit_report(std::string_view suite, const std::vector<VerdictRecord>& records);

}  // namespace harness
