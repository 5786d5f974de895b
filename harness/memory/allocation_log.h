#pragma once

#include <cstdint>
#include <memory>

#include <torch/types.h>

#include "harness/memory/step_memory.h"

namespace harness {

/// Follows every allocation of tensors on one device, as LibTorch's allocators report them to its
/// profiler: on the thread that created the log and on those that run its backward passes. What
/// libraries allocate for themselves (oneDNN's scratch pads, a CUDA context) is not seen. Sizes are
/// the allocator's: CUDA's rounds up to blocks.
///
/// Create it before the first tensor that shall be counted, and no other profiler and no
/// MemoryMeter of the CPU beside it: its allocator reports nothing.
class AllocationLog {
 public:
  explicit AllocationLog(torch::Device device);
  ~AllocationLog();
  AllocationLog(const AllocationLog&) = delete;
  AllocationLog& operator=(const AllocationLog&) = delete;

  /// Says what the memory of a tensor is that lives now. Memory that has a name already keeps it: a
  /// view belongs to the tensor that was named first. An undefined tensor is nothing.
  void name(const torch::Tensor& tensor, std::int64_t StandingMemory::*part);

  /// Whether the memory of the tensor was named as this part.
  bool is_named(const torch::Tensor& tensor, std::int64_t StandingMemory::*part) const;

  /// Begins to record, in the phase "forward".
  void begin_step();
  void set_phase(StepPhase phase);
  /// Ends to record. What was recorded: memory that lived at the begin of the step, and all events.
  StepAllocations end_step();

 private:
  class Reporter;
  class Operators;
  std::shared_ptr<Reporter> reporter_;
  std::unique_ptr<Operators> operators_;
  struct Guard;
  std::unique_ptr<Guard> guard_;
};

}  // namespace harness
