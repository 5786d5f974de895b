#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <torch/types.h>

#include "harness/record/speed_record.h"

namespace harness {

/// One execution of a kernel or a copy on a GPU.
struct KernelEvent {
  std::string name;
  std::string operation;  ///< LibTorch's operator that launched it, or "".
  double seconds = 0.0;
};

/// Groups executions by name and operator, the longest first.
KernelCensusRecord census_of(const std::vector<KernelEvent>& events);

/// Runs `run` under LibTorch's profiler (Kineto over CUPTI) and lists what it executed on a GPU.
/// Where the profiler cannot, or reports nothing from the device, the record says why.
KernelCensusRecord take_kernel_census(const torch::Device& device,
                                      const std::function<void()>& run);

}  // namespace harness
