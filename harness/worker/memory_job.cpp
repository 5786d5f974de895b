#include "harness/worker/memory_job.h"

#include <algorithm>
#include <chrono>
#include <functional>

#include <fmt/format.h>

#include "harness/base/error.h"
#include "harness/base/system/available_memory.h"
#include "harness/base/system/machine.h"
#include "harness/memory/memory_estimate.h"
#include "harness/memory/training_memory.h"
#include "harness/network/cuda_device.h"

namespace harness {
namespace {

/// A CPU without memory ends the process, so that it is asked before; a GPU says so.
void require_memory_of(const DrawnJob& job, const std::string& precision) {
  const std::int64_t free = available_memory_bytes();
  const std::int64_t allowed = job.memory_bytes > 0 ? std::min(job.memory_bytes, free) : free;
  require_memory(estimation_memory(job.row), allowed);
  require_memory(estimate_training_memory(job.row, precision), allowed);
}

MemoryRecord measure(const Row& row, const std::string& precision, torch::Device device,
                     const std::function<void(std::int64_t)>& on_step) {
  try {
    return measure_training_memory(row, precision, device, on_step);
  } catch (const c10::OutOfMemoryError& error) {
    throw Error(ErrorCode::kUnavailable, row.id,
                fmt::format("no memory: {}", error.what_without_backtrace()));
  }
}

RunResult measured(const DrawnJob& job, const WantedResult& wanted, torch::Device device) {
  const std::string started = utc_now();
  const auto begin = std::chrono::steady_clock::now();
  const auto on_step = [&wanted](std::int64_t done) {
    send_event({{"event", "progress"},
                {"label", "memory-" + wanted.precision},
                {"done", done},
                {"total", kMemorySteps}});
  };
  if (device.is_cpu()) require_memory_of(job, wanted.precision);
  on_step(0);  // A step of full size takes minutes on a CPU.
  const MemoryRecord record = measure(job.row, wanted.precision, device, on_step);
  RunResult result = new_result(job, wanted.stage, wanted.precision, wanted.key);
  result.started = started;
  result.measurements = record_to_json(record);
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begin;
  result.elapsed_s = elapsed.count();
  return result;
}

}  // namespace

void memory_job(const DrawnJob& job) {
  const auto device = open_device(job.device);
  prepare_process(job);
  for (const auto& wanted : job.results) {
    const RunResult result = measured(job, wanted, device);
    write_json_file(job.out / run_result_name(wanted.stage, wanted.precision), to_json(result));
    send_event({{"event", "result"}, {"stage", wanted.stage}, {"precision", wanted.precision}});
  }
}

void foresee_memory(const DrawnJob& job) {
  prepare_process(job);
  for (const auto& wanted : job.results) {
    std::string reason;
    try {
      if (job.device == "cpu") require_memory_of(job, wanted.precision);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::kUnavailable) throw;
      reason = error.detail();
    }
    send_event({{"event", "foreseen"}, {"precision", wanted.precision}, {"reason", reason}});
  }
}

}  // namespace harness
