#include "harness/worker/deepbench_job.h"

#include <chrono>
#include <exception>

#include <fmt/format.h>
#include <torch/utils.h>

#include "harness/base/error.h"
#include "harness/base/number_text.h"
#include "harness/base/system/available_memory.h"
#include "harness/base/system/machine.h"
#include "harness/deepbench/engine.h"
#include "harness/evaluate/cpu_allocator.h"
#include "harness/evaluate/environment.h"
#include "harness/kernels/problem_run.h"
#include "harness/precision/half_convolution.h"
#include "harness/precision/policy.h"
#include "harness/worker/row_job.h"

namespace harness {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

DeepbenchTask task_from_json(const Json& value, const std::string& path) {
  ObjectReader reader(value, "deepbench job", path);
  DeepbenchTask task;
  task.problem =
      problem_from_json(reader.required("problem"), "deepbench job", reader.path_of("problem"));
  task.precision = reader.required_string("precision");
  task.key = reader.required_string("key");
  if (!storage_of(task.precision)) {
    reader.fail("precision", fmt::format("expected one with an engine, got {}", task.precision));
  }
  reader.finish();
  return task;
}

void end_with(DeepbenchRecord& record, RunStatus status, const std::string& reason) {
  record.status = status;
  record.reason = reason;
  record.kernels.clear();
}

/// Fills in what the kernels did, or why they did not run.
void run(const DeepbenchJob& job, const DeepbenchTask& task, DeepbenchRecord& record) {
  const ElementType storage = *storage_of(task.precision);
  const std::int64_t need = memory_need(task.problem.work, storage, at::get_num_threads());
  const std::int64_t free = job.memory_bytes > 0 ? job.memory_bytes : available_memory_bytes();
  if (need > free) {
    return end_with(
        record, RunStatus::kSkipped,
        fmt::format("memory: {} are needed, {} are free", byte_text(static_cast<double>(need)),
                    byte_text(static_cast<double>(free))));
  }
  try {
    record.kernels = run_kernels(task.problem.work, storage, {.seconds = job.seconds});
  } catch (const c10::Error& error) {
    end_with(record, RunStatus::kError, error.what_without_backtrace());
  } catch (const std::exception& error) {
    end_with(record, RunStatus::kError, error.what());
  }
}

DeepbenchRecord record_of(const DeepbenchJob& job, const DeepbenchTask& task) {
  DeepbenchRecord record;
  record.suite = job.suite;
  record.problem = task.problem.id;
  record.precision = task.precision;
  record.device = "cpu";
  record.work = work_to_json(task.problem.work);
  record.key = task.key;
  record.started = utc_now();
  record.environment = environment_record();
  const auto start = Clock::now();
  run(job, task, record);
  record.elapsed_s = seconds_since(start);
  return record;
}

void prepare(const DeepbenchJob& job) {
  if (job.threads > 0) torch::set_num_threads(static_cast<int>(job.threads));
  register_half_convolution();
  reuse_cpu_memory();
  use_exact_fp32();
}

}  // namespace

DeepbenchJob deepbench_job_from_json(const Json& value) {
  ObjectReader reader(value, "deepbench job", "");
  DeepbenchJob job;
  job.suite = reader.required_string("suite");
  job.threads = reader.required_integer("threads");
  job.memory_bytes = reader.required_integer("memory_bytes");
  job.seconds = reader.required_number("seconds");
  job.budget_s = reader.required_number("budget_s");
  job.out = reader.required_string("out");
  const Json& tasks = reader.required("tasks");
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    job.tasks.push_back(task_from_json(tasks[i], fmt::format("tasks[{}]", i)));
  }
  reader.finish();
  return job;
}

void deepbench_job(const DeepbenchJob& job) {
  prepare(job);
  const auto start = Clock::now();
  for (std::size_t i = 0; i < job.tasks.size(); ++i) {
    if (job.budget_s > 0.0 && seconds_since(start) > job.budget_s) return;
    const DeepbenchTask& task = job.tasks[i];
    send_event({{"event", "progress"},
                {"label", task.precision},
                {"done", i},
                {"total", job.tasks.size()}});
    const DeepbenchRecord record = record_of(job, task);
    write_json_file(job.out / deepbench_record_name(record.problem, record.precision),
                    to_json(record));
  }
}

}  // namespace harness
