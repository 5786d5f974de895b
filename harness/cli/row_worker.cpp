#include "harness/cli/row_worker.h"

#include <memory>

#include <fmt/format.h>

#include "harness/base/sha256.h"
#include "harness/base/system/machine.h"
#include "harness/cli/interrupt.h"
#include "harness/cli/progress.h"
#include "harness/cli/worker_process.h"
#include "harness/judge/finding.h"

namespace harness {
namespace fs = std::filesystem;

Json row_job(const Suite& suite, const Row& row, const fs::path& checkpoint, const fs::path& root,
             const fs::path& out, const WorkerOptions& options) {
  return {{"suite", suite.name},
          {"row", to_json(row)},
          {"data",
           {{"root", root.string()},
            {"split", suite.data.split},
            {"height", suite.data.height},
            {"width", suite.data.width}}},
          {"checkpoint", checkpoint.string()},
          {"device", options.device},
          {"threads", options.threads},
          {"memory_bytes", options.memory_bytes},
          {"out", fs::absolute(out).string()},
          {"argv", options.argv}};
}

Json wanted_results(const std::vector<AskedExecution>& executions) {
  Json wanted = Json::array();
  for (const auto& one : executions) {
    wanted.push_back({{"stage", one.stage}, {"precision", one.precision}, {"key", one.key}});
  }
  return wanted;
}

std::string digest_of_worker(const WorkerOptions& options) {
  return fs::exists(options.worker) ? sha256_file(options.worker) : "";
}

RowEnd worker_absence(const WorkerOptions& options) {
  if (fs::exists(options.worker)) return {};
  return {RunStatus::kSkipped,
          fmt::format("{}: expected {} beside halfproof, found none; a build with LibTorch has it",
                      kNoWorker, options.worker.filename().string())};
}

RowEnd run_row_worker(const WorkerOptions& options, const std::string& mode, const Json& job,
                      const std::string& row, const char* unit) {
  RowEnd row_end = worker_absence(options);
  if (row_end.status != RunStatus::kOk) return row_end;
  std::unique_ptr<Progress> progress;
  std::string label;
  const auto on_event = [&](const Json& event) {
    const std::string kind = event.value("event", "");
    if (kind == "unavailable") row_end = {RunStatus::kSkipped, event.value("message", "")};
    if (kind == "error") row_end = {RunStatus::kError, "worker: " + event.value("message", "")};
    if (kind != "progress") return;
    const std::string text = fmt::format("{} {}", row, event.value("label", ""));
    if (progress == nullptr || text != label) {
      label = text;
      progress = std::make_unique<Progress>(label, unit, options.quiet);
    }
    progress->update(event.value("done", std::uint64_t{0}), event.value("total", std::uint64_t{0}),
                     progress_note(event));
  };
  const WorkerCommand command{
      options.worker, {mode}, job, {std::chrono::seconds(options.timeout_s)}};
  try {
    const WorkerEnd end = run_worker(command, on_event, interrupted);
    if (end.ok) return {};
    // A worker that reports it cannot run and then dies has failed, not skipped.
    const bool silent = row_end.reason.empty();
    const bool died = end.died && row_end.status == RunStatus::kSkipped;
    return silent || died ? RowEnd{RunStatus::kError, "worker: " + end.reason} : row_end;
  } catch (const Json::exception& wrong) {
    return {RunStatus::kError,
            fmt::format("worker: sent an event of another form: {}", wrong.what())};
  }
}

RunResult result_without_run(const std::string& suite, const AskedExecution& asked,
                             const RowEnd& end, const WorkerOptions& options) {
  RunResult result;
  result.suite = suite;
  result.row = asked.row;
  result.stage = asked.stage;
  result.precision = asked.precision;
  result.seed = asked.seed;
  result.key = asked.key;
  result.device = options.device;
  result.status = end.status;
  result.reason = end.reason;
  result.started = utc_now();
  result.argv = options.argv;
  result.environment = command_environment();
  return result;
}

fs::path data_root(const Suite& suite, const fs::path& asked) {
  if (!asked.empty()) return fs::absolute(asked);
  if (suite.data.root.empty()) return {};
  return fs::absolute(suite.folder / suite.data.root).lexically_normal();
}

}  // namespace harness
