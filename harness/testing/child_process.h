#pragma once

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "harness/base/descriptor.h"
#include "harness/base/json.h"

namespace harness {

/// For tests: starts a program in a group of its own. Its output goes nowhere, and so do its errors
/// unless `errors` is a descriptor.
inline pid_t start_program(const std::filesystem::path& program, std::vector<std::string> arguments,
                           int errors = -1) {
  arguments.insert(arguments.begin(), "halfproof");
  std::vector<char*> argv;
  for (auto& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  if (errors < 0) {
    ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  } else {
    ::posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO);
  }
  pid_t child = -1;
  const int failed =
      ::posix_spawn(&child, program.c_str(), &actions, &attributes, argv.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::posix_spawnattr_destroy(&attributes);
  if (failed != 0) throw std::runtime_error("cannot start " + program.string());
  return child;
}

/// The command itself, silent.
inline pid_t start_halfproof(const std::vector<std::string>& arguments) {
  return start_program(HALFPROOF_PROGRAM, arguments);
}

/// The status of wait(2).
inline int wait_for(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

inline bool ended_with(int status, int code) {
  return WIFEXITED(status) && WEXITSTATUS(status) == code;
}

/// Waits until `happened` or until the child has ended (which stays to be waited for). For what
/// another process does to files, which nothing announces.
template <typename Happened>
void wait_until(pid_t child, const Happened& happened) {
  for (;;) {
    siginfo_t info{};
    ::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOHANG | WNOWAIT);
    if (happened() || info.si_pid != 0) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

/// A program whose errors are read while it runs. It is killed when the object goes.
class RunningProgram {
 public:
  RunningProgram(const std::filesystem::path& program, const std::vector<std::string>& arguments) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("cannot make a pipe");
    read_ = Descriptor(ends[0]);
    const Descriptor written(ends[1]);
    child_ = start_program(program, arguments, written.get());
  }
  ~RunningProgram() {
    if (child_ < 0) return;
    ::kill(child_, SIGKILL);
    wait_for(child_);
  }
  RunningProgram(const RunningProgram&) = delete;
  RunningProgram& operator=(const RunningProgram&) = delete;

  pid_t id() const { return child_; }
  void send(int signal) const { ::kill(child_, signal); }

  /// Returns when it has written this; false when it ends before.
  bool says(const std::string& text) {
    while (errors_.find(text) == std::string::npos) {
      if (!read()) return false;
    }
    return true;
  }

  /// Waits for its end: the status of wait(2).
  int end() {
    while (read()) {
    }
    return wait_for(std::exchange(child_, -1));
  }

  const std::string& errors() const { return errors_; }

 private:
  bool read() {
    std::array<char, 4096> block{};
    const auto count = read_some(read_, std::as_writable_bytes(std::span(block)));
    if (count > 0) errors_.append(block.data(), static_cast<std::size_t>(count));
    return count > 0;
  }

  Descriptor read_;
  pid_t child_ = -1;
  std::string errors_;
};

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
