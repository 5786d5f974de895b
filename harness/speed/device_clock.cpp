#include "harness/speed/device_clock.h"

#include <c10/core/impl/VirtualGuardImpl.h>
#include <torch/cuda.h>
#include <torch/types.h>

namespace harness {

double seconds_since(HostClock::time_point start) {
  return std::chrono::duration<double>(HostClock::now() - start).count();
}

DeviceClock::DeviceClock(const torch::Device& device, std::size_t marks)
    : device_(numbered(device)), times_(marks) {
  if (device_.is_cpu()) return;
  events_.reserve(marks);
  for (std::size_t i = 0; i < marks; ++i) {
    // The other flag means events without times.
    events_.emplace_back(device_.type(), c10::EventFlag::BACKEND_DEFAULT);
  }
}

void DeviceClock::mark(std::size_t number) {
  if (device_.is_cpu()) {
    times_.at(number) = HostClock::now();
    return;
  }
  events_.at(number).record(c10::impl::VirtualGuardImpl(device_.type()).getStream(device_));
}

double DeviceClock::seconds(std::size_t from, std::size_t to) const {
  constexpr double kSecondsPerMillisecond = 1e-3;
  if (device_.is_cpu()) {
    return std::chrono::duration<double>(times_.at(to) - times_.at(from)).count();
  }
  events_.at(to).synchronize();
  return events_.at(from).elapsedTime(events_.at(to)) * kSecondsPerMillisecond;
}

torch::Device numbered(const torch::Device& device) {
  return device.is_cpu() || device.has_index() ? device : torch::Device(device.type(), 0);
}

void wait_for(const torch::Device& device) {
  if (device.is_cuda()) torch::cuda::synchronize(numbered(device).index());
}

}  // namespace harness
