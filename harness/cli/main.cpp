#include <csignal>

#include "harness/cli/program.h"
#include "harness/cli/standard_output.h"

int main(int argc, char** argv) {
  harness::occupy_standard_descriptors();
  // A file that may not grow (ulimit -f) is an error that names it, not the end of the program.
  std::signal(SIGXFSZ, SIG_IGN);
  // The parent may have set SIGCHLD to be ignored: then no worker could be waited for.
  std::signal(SIGCHLD, SIG_DFL);
  CLI::App program;
  int exit_code = 2;
  harness::set_up(program, exit_code);
  return harness::exit_code_of_output(harness::run_program(program, argc, argv, exit_code));
}
