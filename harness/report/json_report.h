#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "harness/record/verdict.h"

namespace harness {

/// What `--json` prints and DIR/verdicts.json holds: verdicts_document() as indented UTF-8 that
/// ends with a line feed. Bytes that are not UTF-8 become U+FFFD, numbers that are not finite null.
std::string json_report(std::string_view suite, const std::vector<VerdictRecord>& records);
std::string json_report(std::string_view suite, const JudgedRun& run);

}  // namespace harness
