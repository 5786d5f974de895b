#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "harness/base/json.h"

namespace harness {

/// How a worker ended.
struct WorkerEnd {
  bool ok = false;
  std::string reason;  ///< Empty when ok; else "killed by signal 9 (...)", "exit code 3: ...".
};

/// Runs `program` with `arguments`, writes `input` to its standard input and gives each line of its
/// standard output that is a JSON object to `on_event`; other lines, and its standard error, go to
/// ours. Returns when it has ended. The child dies with this process, whatever ends it, and is
/// killed when `stop` returns true (asked some times a second).
/// Throws Error(kWorkerFailed) when the program cannot be started.
WorkerEnd run_worker(const std::filesystem::path& program,
                     const std::vector<std::string>& arguments, const Json& input,
                     const std::function<void(const Json&)>& on_event,
                     const std::function<bool()>& stop);

}  // namespace harness
