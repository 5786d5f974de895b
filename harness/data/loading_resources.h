#pragma once

#include <cstddef>
#include <cstdint>

namespace harness {

/// What reading and preparing images may take of a machine.
struct LoadingResources {
  std::size_t threads = 2;
  std::size_t ahead = 4;  ///< Images or batches prepared and not yet used.
  std::size_t cache_bytes = std::size_t{512} << 20U;  ///< Of decoded images.
};

/// cores, available_bytes: what the process may use (record/environment.h,
/// base/system/available_memory.h). Where a GPU computes, the cores have nothing else to do: all
/// but two, at most 16, and a quarter of the memory; where the CPU computes, two threads keep up.
LoadingResources loading_resources(bool gpu_computes, std::int64_t cores,
                                   std::int64_t available_bytes);

/// The same with this machine's cores and memory.
LoadingResources loading_resources(bool gpu_computes);

}  // namespace harness
