#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "harness/base/error.h"
#include "harness/base/output_file.h"
#include "harness/cli/command.h"
#include "harness/cli/options.h"
#include "harness/cli/run_lock.h"
#include "harness/cli/verdict_output.h"
#include "harness/judge/judge.h"
#include "harness/report/ctest_measurements.h"

namespace harness {
namespace fs = std::filesystem;
namespace {

/// CTest's skip code (SKIP_RETURN_CODE of the entries made from a suite).
constexpr int kSkipExit = 77;

struct JudgeArguments {
  fs::path folder;
  fs::path suite;
  std::string row;
  std::string claim;
  std::vector<std::string> require;
  bool ctest = false;
  VerdictOutput output;
};

bool selected(const VerdictRecord& record, const JudgeArguments& options, const std::string& row) {
  return (row.empty() || record.row == row) &&
         (options.claim.empty() || record.claim == options.claim);
}

/// Leaves the claims that were asked for, and what failed to run of the row unless one claim alone
/// was asked for.
void select(JudgedRun& run, const JudgeArguments& options, const std::string& row) {
  std::erase_if(run.verdicts,
                [&](const VerdictRecord& record) { return !selected(record, options, row); });
  std::erase_if(run.failed, [&](const FailedExecution& failed) {
    return !options.claim.empty() || (!row.empty() && failed.row != row);
  });
  run.left_over.clear();
  run.not_asked.clear();
}

/// The claims that were judged, of one row or of all ("").
std::string claims_of(const JudgedRun& run, const std::string& row) {
  std::set<std::string> claims;
  for (const auto& record : run.verdicts) {
    if (row.empty() || record.row == row) claims.insert(record.claim);
  }
  return claims.empty() ? "none" : fmt::format("{}", fmt::join(claims, ", "));
}

[[noreturn]] void fail_unknown_claim(const JudgeArguments& options, const std::string& claims) {
  throw Error(ErrorCode::kUsage, options.folder.string(),
              fmt::format("expected one of the claims of {} in this run ({}), got {}",
                          options.row.empty() ? "its rows" : "row " + options.row, claims,
                          options.claim.empty() ? "none" : options.claim));
}

/// Whether the claim was not judged because the job was not asked for the stage it needs.
bool was_not_asked(const Suite& suite, const JudgedRun& run, const JudgeArguments& options,
                   const std::string& row) {
  const auto is_claim = [&](const Claim& claim) {
    return claim.id == options.claim && run.not_asked.contains(optional_stage(claim));
  };
  return std::ranges::any_of(suite.rows, [&](const Row& of) {
    return (row.empty() || of.id == row) && std::ranges::any_of(of.claims, is_claim);
  });
}

int judge(const JudgeArguments& options) {
  refuse_unfinished_run(options.folder);
  require_no_input(options.output.junit, {options.folder, options.suite});
  const Suite stored = read_suite_of_run(options.folder);
  const Suite suite = options.suite.empty() ? stored : read_suite(options.suite);
  if (options.row.empty() && options.claim.empty()) {
    return judge_and_show(options.folder, suite, options.require, options.output);
  }
  const std::string row = options.row.empty() ? "" : select_row(suite, options.row).id;
  JudgedRun run = judge_run(options.folder, suite, {options.require});
  const std::string claims = claims_of(run, row);
  const bool not_asked = was_not_asked(suite, run, options, row);
  select(run, options, row);
  if (run.verdicts.empty() && not_asked) {
    std::printf("SKIPPED: the job was not asked for the trainings that this claim is about\n");
    return kSkipExit;
  }
  if (run.verdicts.empty()) fail_unknown_claim(options, claims);
  show_run(suite, run, options.output);
  if (!options.ctest) return exit_code(run);
  for (const auto& verdict : run.verdicts) std::printf("%s", ctest_measurements(verdict).c_str());
  // An unfit, ambiguous or not verifiable claim is a skip that CTest counts and shows.
  int code = exit_code(run);
  if (code == 3) code = kSkipExit;
  if (code == kSkipExit) std::printf("%s", ctest_reason(run.verdicts.back()).c_str());
  return code;
}

}  // namespace

void add_judge_command(CLI::App& program, int& exit_code) {
  auto options = std::make_shared<JudgeArguments>();
  auto* command = program.add_subcommand(
      "judge", "Judges a stored run again: costs no GPU hour and touches no tensor");
  add_positional(*command, "DIR", options->folder, "Run directory of `halfproof run`");
  add_value(*command, "--suite", options->suite, "FILE",
            "Judge by this suite instead of the one stored with the run");
  add_value(*command, "--row", options->row, "ROW", "Only this row");
  add_value(*command, "--claim", options->claim, "CLAIM", "Only this claim");
  add_require_option(*command, options->require);
  add_verdict_output(*command, options->output);
  add_footer(*command, "halfproof judge runs/minizoo --row fcn", kJudgedExits);
  // For the entries of CTest that are made from a suite.
  command
      ->add_flag("--ctest", options->ctest,
                 "Print CTest measurements; unfit and ambiguous exit with 77 as a skip")
      ->group("");
  command->callback([options, &exit_code] { exit_code = judge(*options); });
}

}  // namespace harness
