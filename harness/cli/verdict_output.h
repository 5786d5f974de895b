#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "harness/record/verdict.h"
#include "harness/table/suite.h"

namespace harness {

/// Where verdicts go besides DIR/verdicts.json.
struct VerdictOutput {
  bool json = false;            ///< Print the document instead of the table.
  std::filesystem::path junit;  ///< Also write a JUnit file (report/junit.h); empty: none.
  /// How the commands that are advised name the suite; empty: "SUITE".
  std::filesystem::path suite = {};
};

/// Adds --json and --junit to a command.
void add_verdict_output(CLI::App& command, VerdictOutput& output);

/// Throws Error(kIo) where the JUnit file could not be written; for commands that work for long.
void require_places(const VerdictOutput& output);

/// Judges the results in a run directory, writes DIR/verdicts.json, shows the verdicts and returns
/// the exit code. A folder that nothing may be written into (EROFS, EACCES) is judged all the same,
/// with a line on stderr; throws Error(kIo), after the verdicts were shown, where the file could
/// not be written for another reason.
int judge_and_show(const std::filesystem::path& folder, const Suite& suite,
                   const std::vector<std::string>& require, const VerdictOutput& output);

/// The same as show_verdicts(), with what failed to run, was left over or was not asked for.
void show_run(const Suite& suite, const JudgedRun& run, const VerdictOutput& output);

/// Prints verdicts on stdout: as verdicts.json, or as the table, as wide as the terminal is.
/// Writes the JUnit file that was asked for (base/output_file.h); throws Error(kIo) where it
/// cannot.
void show_verdicts(const Suite& suite, const std::vector<VerdictRecord>& verdicts,
                   const VerdictOutput& output);

}  // namespace harness
