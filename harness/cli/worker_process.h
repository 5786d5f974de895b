#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "harness/base/json.h"

namespace harness {

/// How a worker ended.
struct WorkerEnd {
  bool ok = false;
  /// Empty when ok; else "exit code 3", "killed by signal 11 (Segmentation fault)", "no progress
  /// for 3600 s; killed", and the last lines that it wrote: "...; it last said: a | b".
  std::string reason;
  bool died = false;  ///< It was ended by a signal or by the time limit.
};

struct WorkerLimits {
  /// Longest time without an event or any output; 0: no limit. Then the worker is asked to end
  /// (SIGTERM).
  std::chrono::milliseconds silence{0};
  /// How long a worker that was asked to end may take before it is killed.
  std::chrono::milliseconds grace{10000};
  /// The clock, which tests replace.
  std::function<std::chrono::steady_clock::time_point()> now = std::chrono::steady_clock::now;
};

struct WorkerCommand {
  std::filesystem::path program;
  std::vector<std::string> arguments;
  Json input;  ///< Written to its standard input; bytes that are not UTF-8 become U+FFFD.
  WorkerLimits limits = {};
};

/// Runs a worker to its end. Each line of its standard output that is a JSON object is given to
/// `on_event`; other lines, and its standard error, go to our standard error. When `stop` returns
/// true (it is polled several times a second), the worker is asked to end and then killed.
///
/// The worker is the leader of a process group of its own. It dies with the calling thread,
/// whatever ends that thread, and when this function returns or throws, the worker is reaped and
/// nothing of its group is left. Exceptions of `on_event` and `stop` are passed on. Throws
/// Error(kWorkerFailed) when the program cannot be started or waited for.
WorkerEnd run_worker(const WorkerCommand& command, const std::function<void(const Json&)>& on_event,
                     const std::function<bool()>& stop);

}  // namespace harness
