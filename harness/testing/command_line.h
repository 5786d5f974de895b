#pragma once

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "harness/cli/command.h"

namespace harness {

/// What a command did, for tests.
struct CommandEnd {
  int exit_code = -1;
  std::string output;  ///< Standard output.
};

/// Runs one command in this process. Errors of the outside world leave as Error, as they do in
/// main.
inline CommandEnd run_command_line(void (*add)(CLI::App&, int&),
                                   std::vector<std::string> arguments) {
  CLI::App program;
  program.require_subcommand(1);
  CommandEnd end;
  add(program, end.exit_code);
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
  testing::internal::CaptureStdout();
  try {
    program.parse(reversed);
  } catch (...) {
    end.output = testing::internal::GetCapturedStdout();
    throw;
  }
  end.output = testing::internal::GetCapturedStdout();
  return end;
}

}  // namespace harness
