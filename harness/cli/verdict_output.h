#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "harness/record/verdict.h"
#include "harness/table/suite.h"

namespace harness {

/// Judges what lies in a run directory, writes DIR/verdicts.json, prints the table (or the JSON)
/// and returns the exit code.
int judge_and_show(const std::filesystem::path& folder, const Suite& suite,
                   const std::vector<std::string>& require, bool json);

/// Prints verdicts on stdout: as verdicts.json, or as the table, as wide as the terminal is.
void show_verdicts(const Suite& suite, const std::vector<VerdictRecord>& verdicts, bool json);

}  // namespace harness
