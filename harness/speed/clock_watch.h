#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "harness/base/system/gpu_monitor.h"
#include "harness/record/speed_record.h"

namespace harness {

/// Samples a GPU's clocks ten times a second on a thread of its own, from its construction on.
class ClockWatch {
 public:
  /// monitor: kept; a null pointer: nothing is watched.
  explicit ClockWatch(const GpuMonitor* monitor);
  ~ClockWatch();
  ClockWatch(const ClockWatch&) = delete;
  ClockWatch& operator=(const ClockWatch&) = delete;

  /// Ends the watch. Nullopt without a monitor.
  std::optional<ClocksRecord> stop();

 private:
  void sample();
  void end_thread();

  const GpuMonitor* monitor_;
  std::vector<GpuState> states_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  std::thread thread_;
};

/// What the samples have in common.
ClocksRecord clocks_record(const std::vector<GpuState>& states);

}  // namespace harness
