#pragma once

#include <chrono>
#include <cstddef>
#include <vector>

#include <c10/core/Event.h>
#include <torch/types.h>

namespace harness {

using HostClock = std::chrono::steady_clock;
double seconds_since(HostClock::time_point start);

/// Marks in a device's stream of work, and the time between them by the device's own clock: CUDA
/// events on the current stream, which need no wait of the host in between. On the CPU, where work
/// is done when a call returns, the host's clock.
class DeviceClock {
 public:
  DeviceClock(const torch::Device& device, std::size_t marks);

  void mark(std::size_t number);

  /// Waits until `to` is reached. Both must have been marked, `from` before `to`.
  double seconds(std::size_t from, std::size_t to) const;

 private:
  torch::Device device_;
  std::vector<c10::Event> events_;
  std::vector<HostClock::time_point> times_;
};

/// The device, with the number 0 where none is given: what streams and meters ask for.
torch::Device numbered(const torch::Device& device);

/// Waits for all work on the device.
void wait_for(const torch::Device& device);

}  // namespace harness
