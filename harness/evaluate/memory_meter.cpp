#include "harness/evaluate/memory_meter.h"

#include <algorithm>
#include <mutex>
#include <unordered_map>

#include <c10/core/CPUAllocator.h>
#include <c10/core/CachingDeviceAllocator.h>
#include <c10/core/impl/alloc_cpu.h>
#include <torch/torch.h>

namespace harness {
namespace {

class CountingAllocator final : public c10::Allocator {
 public:
  /// The only one. Never destroyed: tensors may outlive every static object.
  static CountingAllocator& instance() {
    static auto* const allocator = [] {
      auto* added = new CountingAllocator;
      c10::SetCPUAllocator(added, /*priority=*/1);
      return added;
    }();
    return *allocator;
  }

  c10::DataPtr allocate(std::size_t bytes) override {
    void* const data = c10::alloc_cpu(bytes);
    if (data != nullptr) instance().add(data, bytes);
    return {data, data, &release, c10::Device(c10::DeviceType::CPU)};
  }

  c10::DeleterFnPtr raw_deleter() const override { return &release; }

  void copy_data(void* target, const void* source, std::size_t count) const override {
    default_copy_data(target, source, count);
  }

  void restart_peak() {
    const std::lock_guard lock(mutex_);
    peak_ = current_;
  }
  std::int64_t peak() const {
    const std::lock_guard lock(mutex_);
    return peak_;
  }
  std::int64_t current() const {
    const std::lock_guard lock(mutex_);
    return current_;
  }

 private:
  CountingAllocator() = default;

  static void release(void* data) {
    if (data == nullptr) return;
    instance().remove(data);
    c10::free_cpu(data);
  }

  void add(void* data, std::size_t bytes) {
    const std::lock_guard lock(mutex_);
    sizes_[data] = static_cast<std::int64_t>(bytes);
    current_ += static_cast<std::int64_t>(bytes);
    peak_ = std::max(peak_, current_);
  }

  void remove(void* data) {
    const std::lock_guard lock(mutex_);
    // Memory from LibTorch's own allocator may be passed to this one for release.
    const auto found = sizes_.find(data);
    if (found == sizes_.end()) return;
    current_ -= found->second;
    sizes_.erase(found);
  }

  mutable std::mutex mutex_;
  std::unordered_map<void*, std::int64_t> sizes_;
  std::int64_t current_ = 0;
  std::int64_t peak_ = 0;
};

using DeviceStats = c10::CachingDeviceAllocator::DeviceStats;

c10::CachingDeviceAllocator::Stat cuda_bytes(
    const torch::Device& device,
    c10::CachingDeviceAllocator::StatArray DeviceStats::*which = &DeviceStats::allocated_bytes) {
  constexpr auto kAll = static_cast<std::size_t>(c10::CachingAllocator::StatType::AGGREGATE);
  return (c10::getDeviceAllocator(device.type())->getDeviceStats(device.index()).*which)[kAll];
}

torch::Device with_index(const torch::Device& device) {
  return device.is_cuda() && !device.has_index() ? torch::Device(device.type(), 0) : device;
}

}  // namespace

MemoryMeter::MemoryMeter(const torch::Device& device) : device_(with_index(device)) {
  TORCH_CHECK(device.is_cpu() || device.is_cuda(), "memory is measured on CPU and CUDA, not on ",
              device);
  if (device_.is_cpu()) {
    CountingAllocator::instance().restart_peak();
    return;
  }
  TORCH_CHECK(torch::cuda::is_available(), "expected a CUDA device, found none");
  // The allocator exists from the first tensor on.
  torch::empty({1}, device_);
  restart();
}

void MemoryMeter::restart() {
  if (device_.is_cpu()) {
    CountingAllocator::instance().restart_peak();
  } else {
    c10::getDeviceAllocator(device_.type())->resetPeakStats(device_.index());
  }
}

std::int64_t MemoryMeter::peak_requested_bytes() const {
  TORCH_CHECK(device_.is_cuda(), "the CPU's allocator rounds nothing");
  return cuda_bytes(device_, &DeviceStats::requested_bytes).peak;
}

std::int64_t MemoryMeter::peak_reserved_bytes() const {
  TORCH_CHECK(device_.is_cuda(), "the CPU's allocator has no cache");
  return cuda_bytes(device_, &DeviceStats::reserved_bytes).peak;
}

std::int64_t MemoryMeter::peak_bytes() const {
  return device_.is_cpu() ? CountingAllocator::instance().peak() : cuda_bytes(device_).peak;
}

std::int64_t MemoryMeter::current_bytes() const {
  return device_.is_cpu() ? CountingAllocator::instance().current() : cuda_bytes(device_).current;
}

}  // namespace harness
