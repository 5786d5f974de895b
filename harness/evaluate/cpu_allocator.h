#pragma once

#include <cstdint>

namespace harness {

/// Bytes of the CPU's tensors that were allocated since cpu_memory() or reuse_cpu_memory() was
/// first called.
struct CpuMemory {
  std::int64_t live = 0;    ///< Held by tensors now.
  std::int64_t peak = 0;    ///< The most since restart_cpu_peak().
  std::int64_t unused = 0;  ///< Kept for the next tensor of that size.
};

/// The first call in a process puts a counting allocator in front of LibTorch's own, until the
/// process ends.
CpuMemory cpu_memory();
void restart_cpu_peak();

/// From now on, memory that large tensors release is kept for the next ones of the same size, and
/// asked for in huge pages where the system has them. A network frees and allocates the same sizes
/// at every layer; the C library returns each of them to the system, which has to clear every page
/// again. Tensors and what is kept have at most an eighth more than the most that tensors held so
/// far, or 64 MiB are kept; the oldest goes first. No value changes: tensors are written before
/// they are read.
void reuse_cpu_memory();

}  // namespace harness
