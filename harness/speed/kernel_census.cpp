#include "harness/speed/kernel_census.h"

#include <algorithm>
#include <exception>
#include <map>
#include <set>
#include <utility>

#include <kineto/ActivityType.h>
#include <torch/csrc/autograd/profiler_kineto.h>

#include "harness/arithmetic/kernel_class.h"
#include "harness/speed/device_clock.h"

namespace harness {
namespace {

namespace profiler = torch::autograd::profiler;
using profiler::ActivityType;

bool is_of(const profiler::KinetoEvent& event, libkineto::ActivityType type) {
  return event.activityType() == static_cast<std::uint8_t>(type);
}

bool runs_on_gpu(const profiler::KinetoEvent& event) {
  using libkineto::ActivityType;
  return event.deviceType() == c10::DeviceType::CUDA &&
         (is_of(event, ActivityType::CONCURRENT_KERNEL) || is_of(event, ActivityType::GPU_MEMCPY) ||
          is_of(event, ActivityType::GPU_MEMSET));
}

std::vector<KernelEvent> kernel_events(const std::vector<profiler::KinetoEvent>& events) {
  constexpr double kSecondsPerNanosecond = 1e-9;
  std::map<std::uint64_t, std::string> operations;
  for (const auto& event : events) {
    if (!is_of(event, libkineto::ActivityType::CPU_OP)) continue;
    operations.emplace(event.correlationId(), event.name());
  }
  std::vector<KernelEvent> kernels;
  for (const auto& event : events) {
    if (!runs_on_gpu(event)) continue;
    const auto operation = operations.find(event.linkedCorrelationId());
    kernels.push_back({event.name(), operation == operations.end() ? "" : operation->second,
                       static_cast<double>(event.durationNs()) * kSecondsPerNanosecond});
  }
  return kernels;
}

std::vector<KernelEvent> profile(const torch::Device& device, const std::function<void()>& run) {
  std::set<ActivityType> activities = {ActivityType::CPU};
  if (device.is_cuda()) activities.insert(ActivityType::CUDA);
  const profiler::ProfilerConfig config(profiler::ProfilerState::KINETO);
  profiler::prepareProfiler(config, activities);
  profiler::enableProfiler(config, activities);
  std::exception_ptr failure;
  try {
    run();
    wait_for(device);
  } catch (...) {
    failure = std::current_exception();
  }
  // In any case: a profiler that stays on slows down and fails the next one.
  const auto result = profiler::disableProfiler();
  if (failure) std::rethrow_exception(failure);
  return kernel_events(result->events());
}

}  // namespace

KernelCensusRecord census_of(const std::vector<KernelEvent>& events) {
  std::map<std::pair<std::string, std::string>, KernelRecord> kernels;
  KernelCensusRecord census;
  for (const auto& event : events) {
    KernelRecord& kernel = kernels[{event.name, event.operation}];
    kernel.name = event.name;
    kernel.operation = event.operation;
    kernel.kind = to_string(kernel_class(event.name));
    ++kernel.calls;
    kernel.seconds += event.seconds;
    census.seconds[kernel.kind] += event.seconds;
  }
  for (auto& [key, kernel] : kernels) census.kernels.push_back(std::move(kernel));
  std::stable_sort(census.kernels.begin(), census.kernels.end(),
                   [](const auto& a, const auto& b) { return a.seconds > b.seconds; });
  if (events.empty()) census.absence = "the profiler reported no kernel of a GPU";
  return census;
}

KernelCensusRecord take_kernel_census(const torch::Device& device,
                                      const std::function<void()>& run) {
  try {
    return census_of(profile(device, run));
  } catch (const std::exception& error) {
    KernelCensusRecord census;
    census.absence = error.what();
    return census;
  }
}

}  // namespace harness
