#include "harness/cli/options.h"

#include <fmt/format.h>

#include "harness/cli/row_worker.h"

namespace harness {

void add_json_flag(CLI::App& command, bool& json, const std::string& what) {
  command.add_flag("--json", json, what);
}

void add_timeout_option(CLI::App& command, std::int64_t& seconds) {
  add_value(
      command, "--timeout", seconds, "SECONDS",
      fmt::format("End a worker that makes no progress for so long; its results fail (default: {})",
                  kWorkerTimeoutSeconds))
      ->check(CLI::Range(1, 1 << 30));
}

void add_require_option(CLI::App& command, std::vector<std::string>& lacks) {
  add_list(command, "--require", lacks, "WHAT",
           "gpu, data, network, memory, worker: a skip for lack of it fails")
      ->check(CLI::IsMember({"gpu", "data", "network", "memory", "worker"}));
}

void add_footer(CLI::App& command, const std::string& example, const std::string& exit_codes) {
  command.footer(fmt::format("Example:\n  {}\nExit codes:\n  {}", example, exit_codes));
}

}  // namespace harness
