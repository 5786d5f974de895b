#pragma once

#include <cstdint>

#include <torch/types.h>

namespace harness {

/// The largest number of bytes that live tensors held on a device since the meter was created: what
/// torch.cuda.max_memory_allocated() reports, and the source of the zoo's column "Mem".
///
/// CUDA: LibTorch's caching allocator counts. CPU: our own does (cpu_allocator.h), from the first
/// meter of a process on; memory allocated before is not counted, nor is what libraries allocate
/// for themselves (oneDNN's scratch pads). So create a meter before the model. There is one peak
/// per device: a new meter resets it for all.
class MemoryMeter {
 public:
  /// Throws c10::Error for a CUDA device where there is none.
  explicit MemoryMeter(const torch::Device& device);

  std::int64_t peak_bytes() const;
  /// The bytes that live tensors hold now.
  std::int64_t current_bytes() const;

  /// CUDA only. Peaks of what tensors asked for, which is rounded up to blocks, and of what the
  /// allocator held of the device, its cache included.
  std::int64_t peak_requested_bytes() const;
  std::int64_t peak_reserved_bytes() const;

  /// Lets all peaks begin anew at what is held now.
  void restart();

 private:
  torch::Device device_;
};

}  // namespace harness
