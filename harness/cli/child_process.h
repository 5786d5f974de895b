#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/descriptor.h"

namespace harness {

/// A program that was started as the leader of a process group of its own, with our ends of its
/// standard streams. The destructor kills the whole group and reaps the program.
class ChildProcess {
 public:
  /// Starts it, with our environment and passive_waiting(). When this thread ends, so does the
  /// program, whatever ended the thread. Throws Error(kWorkerFailed) when it cannot be started.
  ChildProcess(const std::filesystem::path& program, const std::vector<std::string>& arguments);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  /// Sends a signal to the whole group; nothing once it has been reaped.
  void send(int signal) const noexcept;

  /// The status of wait(2) once it has ended, else nullopt. Reaps it, and kills what is left of its
  /// group. Throws Error(kWorkerFailed) when it cannot be waited for.
  std::optional<int> ended();

  /// Our ends; those that are read do not block. Each may be closed.
  Descriptor input;  ///< A socket: writing to it can avoid SIGPIPE.
  Descriptor output;
  Descriptor errors;

 private:
  void end_and_reap() noexcept;

  std::string name_;
  pid_t child_ = -1;
  std::optional<int> status_;
};

}  // namespace harness
