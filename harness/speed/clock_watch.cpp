#include "harness/speed/clock_watch.h"

#include <algorithm>
#include <chrono>

#include "harness/base/statistics/median.h"

namespace harness {
namespace {

constexpr std::chrono::milliseconds kPeriod{100};

SpreadRecord spread_of(const std::vector<GpuState>& states,
                       std::optional<double> GpuState::*quantity) {
  std::vector<double> values;
  for (const auto& state : states) {
    if (state.*quantity) values.push_back(*(state.*quantity));
  }
  if (values.empty()) return {};
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  return {*low, median(values), *high};
}

}  // namespace

ClocksRecord clocks_record(const std::vector<GpuState>& states) {
  ClocksRecord record;
  record.samples = std::ssize(states);
  record.sm_mhz = spread_of(states, &GpuState::sm_mhz);
  record.memory_mhz = spread_of(states, &GpuState::memory_mhz);
  record.power_w = spread_of(states, &GpuState::power_w);
  record.temperature_c = spread_of(states, &GpuState::temperature_c);
  for (const auto& state : states) {
    if (!state.reasons) {
      ++record.reasons["not told"];
      continue;
    }
    for (const auto& reason : *state.reasons) ++record.reasons[reason];
  }
  for (const auto& state : states) {
    if (!state.processes) continue;
    // In a container the driver may hide even our own.
    const auto others = std::max<std::int64_t>(*state.processes - 1, 0);
    record.other_processes = std::max(record.other_processes.value_or(0), others);
  }
  return record;
}

ClockWatch::ClockWatch(const GpuMonitor* monitor) : monitor_(monitor) {
  if (monitor_ != nullptr) thread_ = std::thread([this] { sample(); });
}

ClockWatch::~ClockWatch() {
  end_thread();
}

std::optional<ClocksRecord> ClockWatch::stop() {
  end_thread();
  if (monitor_ == nullptr) return std::nullopt;
  return clocks_record(states_);
}

void ClockWatch::sample() {
  std::unique_lock lock(mutex_);
  do {
    states_.push_back(monitor_->read());
  } while (!changed_.wait_for(lock, kPeriod, [this] { return stopping_; }));
}

void ClockWatch::end_thread() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

}  // namespace harness
