#include "harness/cli/program.h"

#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <numeric>
#include <vector>

#include <fmt/format.h>

#include "harness/base/error.h"
#include "harness/base/unicode.h"
#include "harness/cli/command.h"
#include "harness/cli/options.h"
#include "harness/record/environment.h"

namespace harness {
namespace {

constexpr int kUsageExit = 2;
constexpr std::size_t kHelpColumn = 28;

/// Letters to put in, leave out or change (Levenshtein).
std::size_t edits_between(const std::string& one, const std::string& other) {
  std::vector<std::size_t> row(other.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < one.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < other.size(); ++j) {
      const std::size_t changed = diagonal + (one[i] == other[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({changed, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

/// "halfproof run: SUITE is required; `halfproof run --help` shows how it is called".
std::string usage_failure(const CLI::App* program, const CLI::Error& wrong) {
  std::string command = "halfproof";
  for (const CLI::App* one : program->get_subcommands()) command += " " + one->get_name();
  return fmt::format("{}: {}; `{} --help` shows how it is called\n", command, wrong.what(),
                     command);
}

/// What std::filesystem says of a path that the user named, or of one below it.
Error path_error(const std::filesystem::filesystem_error& error) {
  return {ErrorCode::kIo, error.path1().string(),
          fmt::format("cannot be used: {}; name another path or mend this one",
                      error.code().message())};
}

}  // namespace

void set_up(CLI::App& program, int& exit_code) {
  const BuildRecord build = build_record();
  program.name("halfproof");
  program.description("halfproof proves, or disproves, what a model zoo says about FP16 training");
  program.require_subcommand(1);
  program.set_version_flag("--version",
                           fmt::format("halfproof {} ({})", build.version, build.commit));
  program.get_formatter()->column_width(kHelpColumn);
  program.get_formatter()->label("SUBCOMMAND", "COMMAND ...");
  for (const auto add :
       {add_fetch_command, add_inspect_command, add_verify_command, add_run_command,
        add_judge_command, add_report_command, add_diff_command, add_paper_command,
        add_deepbench_command, add_import_command, add_audit_command, add_publish_command,
        add_history_command, add_accept_command, add_doctor_command, add_completion_command}) {
    add(program, exit_code);
  }
  for (CLI::App* command : program.get_subcommands({})) command->group("Commands");
  program.failure_message(usage_failure);
  program.footer(
      fmt::format("halfproof COMMAND --help says more.\n"
                  "Exit codes of commands that judge:\n  {}",
                  kJudgedExits));
}

std::string unknown_command(const CLI::App& program, const std::string& name) {
  std::string nearest;
  std::string all;
  std::size_t fewest = std::string::npos;
  for (const CLI::App* command : program.get_subcommands({})) {
    if (name == command->get_name()) return "";
    const bool begun = command->get_name().starts_with(name);
    const std::size_t edits = begun ? 1 : edits_between(name, command->get_name());
    if (edits < fewest) nearest = command->get_name();
    fewest = std::min(fewest, edits);
    all += (all.empty() ? "" : ", ") + command->get_name();
  }
  return fmt::format("unknown command {}; the nearest is {}, of {}", printable(name), nearest, all);
}

int run_program(CLI::App& program, int argc, const char* const* argv, const int& exit_code) {
  if (argc > 1 && argv[1][0] != '-') {
    const std::string wrong = unknown_command(program, argv[1]);
    if (!wrong.empty()) {
      std::fprintf(stderr, "halfproof: %s\n", wrong.c_str());
      return kUsageExit;
    }
  }
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& wrong) {
    return program.exit(wrong) == 0 ? 0 : kUsageExit;
  } catch (const std::filesystem::filesystem_error& error) {
    std::fprintf(stderr, "halfproof: %s\n", path_error(error).what());
    return kUsageExit;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "halfproof: %s\n", error.what());
    return kUsageExit;
  }
  return exit_code;
}

}  // namespace harness
