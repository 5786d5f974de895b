#include "harness/worker/memory_job.h"

#include <chrono>
#include <functional>

#include <fmt/format.h>

#include "harness/base/error.h"
#include "harness/base/system/machine.h"
#include "harness/memory/training_memory.h"
#include "harness/network/cuda_device.h"
#include "harness/worker/memory_needs.h"

namespace harness {
namespace {

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
  require_memory_of_step(job, wanted.precision);
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

}  // namespace harness
