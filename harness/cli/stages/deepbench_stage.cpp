#include "harness/cli/stages/deepbench_stage.h"

#include <algorithm>
#include <chrono>
#include <map>

#include <fmt/format.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/sha256.h"
#include "harness/base/system/machine.h"
#include "harness/cli/interrupt.h"
#include "harness/cli/worker_versions.h"
#include "harness/deepbench/engine.h"

namespace harness {
namespace fs = std::filesystem;
namespace {

/// Workers in a row that die without a record, after which it is not the problem's fault.
constexpr int kMostFruitless = 3;

struct Task {
  const Problem* problem;
  std::string precision;
  std::string key;
};

fs::path file_of(const DeepbenchOptions& options, const Task& task) {
  return options.folder / deepbench_record_name(task.problem->id, task.precision);
}

bool is_kept(const DeepbenchOptions& options, const Task& task) {
  const DeepbenchRecord record = stored_record(options.folder, task.problem->id, task.precision);
  return record.status == RunStatus::kOk && record.key == task.key;
}

void leave(const ProblemSuite& suite, const Task& task, const RowEnd& end,
           const DeepbenchOptions& options) {
  DeepbenchRecord record;
  record.suite = suite.name;
  record.problem = task.problem->id;
  record.precision = task.precision;
  record.device = options.device;
  record.work = work_to_json(task.problem->work);
  record.status = end.status;
  record.reason = end.reason;
  record.started = utc_now();
  record.environment = command_environment();
  record.key = task.key;
  write_json_file(file_of(options, task), to_json(record));
}

/// Why the task is not run, whatever the machine; "" when it is to be run.
std::string reason_against(const std::vector<const Problem*>& problems, const Task& task) {
  const std::string missing = missing_engine(task.problem->work, task.precision);
  if (!missing.empty()) return missing;
  const std::string& first = task.problem->duplicate_of;
  const bool is_run_there = std::ranges::any_of(
      problems, [&](const Problem* problem) { return !first.empty() && problem->id == first; });
  return is_run_there ? fmt::format("double: the same work as {}, which is run", first) : "";
}

Json worker_job(const ProblemSuite& suite, const std::vector<Task>& tasks, double budget_s,
                const DeepbenchOptions& options) {
  Json job = {{"suite", suite.name},
              {"threads", options.threads},
              {"memory_bytes", options.memory_bytes},
              {"seconds", options.seconds},
              {"budget_s", budget_s},
              {"out", fs::absolute(options.folder).string()},
              {"tasks", Json::array()}};
  for (const auto& task : tasks) {
    job["tasks"].push_back(
        {{"problem", to_json(*task.problem)}, {"precision", task.precision}, {"key", task.key}});
  }
  return job;
}

class Groups {
 public:
  Groups(const ProblemSuite& suite, const DeepbenchOptions& options)
      : suite_(suite), options_(options) {}

  /// All tasks are of one operation.
  void run(std::vector<Task> tasks) {
    for (const auto& task : tasks) fs::remove(file_of(options_, task));
    int fruitless = 0;
    while (!tasks.empty() && !interrupted()) {
      const double left = budget_left();
      RowEnd end = {RunStatus::kSkipped, over_budget()};
      if (left > 0.0 || options_.budget_s <= 0.0) end = work(tasks, left);
      if (interrupted()) return;
      const auto written = std::erase_if(
          tasks, [&](const Task& task) { return fs::exists(file_of(options_, task)); });
      fruitless = written > 0 ? 0 : fruitless + 1;
      if (tasks.empty()) return;
      if (end.status == RunStatus::kError && fruitless < kMostFruitless) {
        leave(suite_, tasks.front(), end, options_);
        tasks.erase(tasks.begin());
      } else {
        for (const auto& task : tasks) leave(suite_, task, end, options_);
        tasks.clear();
      }
    }
  }

 private:
  double budget_left() const {
    const std::chrono::duration<double> used = std::chrono::steady_clock::now() - start_;
    return options_.budget_s - used.count();
  }

  std::string over_budget() const {
    return fmt::format("budget: {:.4g} s were over before it began; the same command goes on",
                       options_.budget_s);
  }

  /// How the worker ended: what it left out is skipped for the budget when it ended well.
  RowEnd work(const std::vector<Task>& tasks, double left) const {
    const double budget = options_.budget_s > 0.0 ? left : 0.0;
    const std::string op(op_name(tasks.front().problem->work));
    const RowEnd end = run_row_worker(options_, "deepbench",
                                      worker_job(suite_, tasks, budget, options_), op, "problems");
    if (end.status != RunStatus::kOk) return end;
    if (options_.budget_s > 0.0) return {RunStatus::kSkipped, over_budget()};
    return {RunStatus::kError, "worker: expected a record of every problem, got none of this one"};
  }

  const ProblemSuite& suite_;
  const DeepbenchOptions& options_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace

std::string deepbench_key(const Work& work, const std::string& precision,
                          const DeepbenchOptions& options) {
  const MachineRecord machine = command_environment().machine;
  Json parts = {{"work", work_to_json(work)}, {"precision", precision},
                {"device", options.device},   {"threads", options.threads},
                {"seconds", options.seconds}, {"host", machine.hostname_sha256_8},
                {"cpu", machine.cpu},         {"cores", machine.cores}};
  parts.update(worker_versions(options));
  return sha256_hex(parts.dump());
}

DeepbenchRecord stored_record(const fs::path& folder, const std::string& problem,
                              const std::string& precision) {
  const fs::path file = folder / deepbench_record_name(problem, precision);
  DeepbenchRecord lost;
  lost.problem = problem;
  lost.precision = precision;
  lost.status = RunStatus::kError;
  try {
    DeepbenchRecord record = deepbench_record_from_json(read_json_file(file), file.string());
    if (record.problem == problem && record.precision == precision) return record;
    lost.reason = fmt::format("expected a record of {} in {}, got one of {} in {}", problem,
                              precision, record.problem, record.precision);
  } catch (const Error& error) {
    lost.reason = error.what();
  }
  return lost;
}

std::vector<DeepbenchRecord> run_deepbench(const ProblemSuite& suite,
                                           const std::vector<const Problem*>& problems,
                                           const DeepbenchOptions& options) {
  std::vector<Task> all;
  std::map<std::size_t, std::vector<Task>> groups;  // By operation.
  for (const Problem* problem : problems) {
    for (const auto& precision : options.precisions) {
      Task task{problem, precision, deepbench_key(problem->work, precision, options)};
      const std::string against = reason_against(problems, task);
      if (!against.empty()) {
        leave(suite, task, {RunStatus::kSkipped, against}, options);
      } else if (!is_kept(options, task)) {
        groups[problem->work.index()].push_back(task);
      }
      all.push_back(std::move(task));
    }
  }
  Groups runner(suite, options);
  for (auto& [op, tasks] : groups) runner.run(std::move(tasks));
  std::vector<DeepbenchRecord> records;
  for (const auto& task : all) {
    records.push_back(stored_record(options.folder, task.problem->id, task.precision));
  }
  return records;
}

}  // namespace harness
