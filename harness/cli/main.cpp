#include <csignal>
#include <cstdio>
#include <exception>

#include "harness/base/error.h"
#include "harness/cli/command.h"
#include "harness/record/environment.h"

int main(int argc, char** argv) {
  // A file that may not grow (ulimit -f) is an error that names it, not the end of the program.
  std::signal(SIGXFSZ, SIG_IGN);
  CLI::App program{"halfproof proves, or disproves, what a model zoo says about FP16 training",
                   "halfproof"};
  program.require_subcommand(1);
  const harness::BuildRecord build = harness::build_record();
  program.set_version_flag("--version", "halfproof " + build.version + " (" + build.commit + ")");
  int exit_code = 2;
  harness::add_run_command(program, exit_code);
  harness::add_judge_command(program, exit_code);
  harness::add_diff_command(program, exit_code);
  harness::add_fetch_command(program, exit_code);
  harness::add_verify_command(program, exit_code);
  harness::add_inspect_command(program, exit_code);
  harness::add_audit_command(program, exit_code);
  harness::add_paper_command(program, exit_code);
  harness::add_publish_command(program, exit_code);
  harness::add_import_command(program, exit_code);
  harness::add_doctor_command(program, exit_code);
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& wrong) {
    return program.exit(wrong) == 0 ? 0 : 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "halfproof: %s\n", error.what());
    return 2;
  }
  return exit_code;
}
