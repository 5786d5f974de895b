#pragma once

#include <cstdint>

#include <torch/types.h>

namespace harness {

/// The largest number of bytes that live tensors held on a device since the meter was made: what
/// torch.cuda.max_memory_allocated() says, and what the zoo's column "Mem" is made of.
///
/// CUDA: LibTorch's caching allocator counts. CPU: the first meter of a process puts an allocator
/// that counts before LibTorch's own, for the whole process and until it ends; what was allocated
/// before is not counted, nor is what libraries allocate for themselves (oneDNN's scratch pads). So
/// make a meter before the model. One peak per device: a new meter starts it again for all.
class MemoryMeter {
 public:
  /// Throws c10::Error for a CUDA device where there is none.
  explicit MemoryMeter(const torch::Device& device);

  std::int64_t peak_bytes() const;
  /// What live tensors hold now.
  std::int64_t current_bytes() const;

 private:
  torch::Device device_;
};

}  // namespace harness
