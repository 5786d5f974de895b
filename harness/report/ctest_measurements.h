#pragma once

#include <string>

#include "harness/record/verdict.h"

namespace harness {

/// The text that a test prints so that CTest and CDash keep a claim's numbers with its result
/// (CTest 3.22 and newer): the measurements "published", "measured" and "allowed" as numeric/double
/// where they are numbers and text/string where they are texts, and "verdict". What is absent is
/// left out.
std::string ctest_measurements(const VerdictRecord& record);

/// "SKIPPED: no data: ..." and a line feed: verdict and whole reason in one line, whatever their
/// length. The last line of a test that is skipped; ci/summarize_tests counts the skips by it.
std::string ctest_reason(const VerdictRecord& record);

}  // namespace harness
