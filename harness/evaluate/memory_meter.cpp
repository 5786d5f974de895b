#include "harness/evaluate/memory_meter.h"

#include <c10/core/CachingDeviceAllocator.h>
#include <torch/cuda.h>
#include <torch/types.h>

#include "harness/evaluate/cpu_allocator.h"

namespace harness {
namespace {

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
    restart_cpu_peak();
    return;
  }
  TORCH_CHECK(torch::cuda::is_available(), "expected a CUDA device, found none");
  // The allocator exists from the first tensor on.
  torch::empty({1}, device_);
  restart();
}

void MemoryMeter::restart() {
  if (device_.is_cpu()) {
    restart_cpu_peak();
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
  return device_.is_cpu() ? cpu_memory().peak : cuda_bytes(device_).peak;
}

std::int64_t MemoryMeter::current_bytes() const {
  return device_.is_cpu() ? cpu_memory().live : cuda_bytes(device_).current;
}

}  // namespace harness
