#include "harness/cli/verdict_output.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <optional>

#include <fmt/format.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/output_file.h"
#include "harness/cli/options.h"
#include "harness/judge/judge.h"
#include "harness/report/json_report.h"
#include "harness/report/junit.h"
#include "harness/report/summary.h"
#include "harness/report/terminal.h"

namespace harness {
namespace fs = std::filesystem;
namespace {

std::string table_of(const Suite& suite, const std::vector<VerdictRecord>& verdicts,
                     const VerdictOutput& output) {
  const std::string path = output.suite.empty() ? "SUITE" : output.suite.string();
  return render_verdicts(suite, verdicts, terminal_style(STDOUT_FILENO), path);
}

void print(const std::string& text) {
  std::printf("%s", text.c_str());
}

void write_junit(const Suite& suite, const std::vector<VerdictRecord>& verdicts,
                 const VerdictOutput& output) {
  if (!output.junit.empty()) write_output_file(output.junit, junit_report(suite.name, verdicts));
}

/// Verdicts, and a failure for each execution that failed: CI must see one that no claim rests on.
std::vector<VerdictRecord> with_failed(const JudgedRun& run) {
  std::vector<VerdictRecord> records = run.verdicts;
  for (const auto& [row, execution, reason] : run.failed) {
    VerdictRecord record;
    record.row = row;
    record.claim = execution;
    record.evidence = "run";
    record.reason = reason;
    records.push_back(std::move(record));
  }
  return records;
}

/// What went wrong, if anything.
std::optional<Error> write_verdicts(const fs::path& file, const Json& document) {
  try {
    write_json_file(file, document);
  } catch (const Error& failed) {
    return failed;
  }
  return std::nullopt;
}

bool may_be_written(const fs::path& folder) {
  return ::faccessat(AT_FDCWD, folder.c_str(), W_OK, AT_EACCESS) == 0 ||
         (errno != EROFS && errno != EACCES);
}

/// Evidence on read-only media is judged all the same; any other failure has lost something.
void report_unwritten(const fs::path& file, const Error& failed) {
  std::fflush(stdout);
  if (may_be_written(folder_of(file))) {
    throw Error(
        failed.code(), failed.subject(),
        fmt::format("{}; the verdicts were printed, but not stored: mend that and judge again",
                    failed.detail()));
  }
  std::fprintf(stderr, "halfproof: %s was not written, the verdicts were only printed: %s\n",
               file.c_str(), failed.detail().c_str());
}

}  // namespace

void add_verdict_output(CLI::App& command, VerdictOutput& output) {
  command.add_flag("--json", output.json, "Print verdicts.json");
  add_value(command, "--junit", output.junit, "FILE",
            "Also write the verdicts as a JUnit file, for CI");
}

void require_places(const VerdictOutput& output) {
  if (!output.junit.empty()) require_output_place(output.junit);
}

void show_verdicts(const Suite& suite, const std::vector<VerdictRecord>& verdicts,
                   const VerdictOutput& output) {
  print(output.json ? json_report(suite.name, verdicts) : table_of(suite, verdicts, output));
  write_junit(suite, verdicts, output);
}

void show_run(const Suite& suite, const JudgedRun& run, const VerdictOutput& output) {
  print(output.json ? json_report(suite.name, run)
                    : table_of(suite, run.verdicts, output) + notes_text(run));
  write_junit(suite, with_failed(run), output);
}

int judge_and_show(const fs::path& folder, const Suite& suite,
                   const std::vector<std::string>& require, const VerdictOutput& output) {
  const JudgedRun run = judge_run(folder, suite, {require});
  const fs::path file = folder / "verdicts.json";
  const auto failed = write_verdicts(file, verdicts_document(suite.name, run));
  show_run(suite, run, output);
  if (failed) report_unwritten(file, *failed);
  return exit_code(run);
}

}  // namespace harness
