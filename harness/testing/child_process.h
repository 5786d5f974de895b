#pragma once

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "harness/base/json.h"

namespace harness {

/// For tests: starts the command with these arguments, silent, in a group of its own, so that a
/// signal to the group reaches the worker too, as Ctrl-C does.
inline pid_t start_halfproof(std::vector<std::string> arguments) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  ::setpgid(0, 0);
  if (std::freopen("/dev/null", "w", stdout) == nullptr) ::_exit(126);
  if (std::freopen("/dev/null", "w", stderr) == nullptr) ::_exit(126);
  arguments.insert(arguments.begin(), "halfproof");
  std::vector<char*> argv;
  for (auto& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  ::execv(HALFPROOF_PROGRAM, argv.data());
  ::_exit(127);
}

/// The status of wait(2).
inline int wait_for(pid_t child) {
  int status = 0;
  ::waitpid(child, &status, 0);
  return status;
}

inline bool ended_with(int status, int code) {
  return WIFEXITED(status) && WEXITSTATUS(status) == code;
}

/// Every JSON file of a run directory is whole, whatever happened.
inline void expect_nothing_half_written(const std::filesystem::path& out) {
  if (!std::filesystem::exists(out)) return;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(out)) {
    // Logs are lines, of which the last may be torn.
    if (entry.path().extension() == ".json" && !entry.path().string().ends_with(".log.json")) {
      EXPECT_NO_THROW(read_json_file(entry.path())) << entry.path();
    }
  }
}

}  // namespace harness
