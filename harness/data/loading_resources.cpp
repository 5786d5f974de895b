#include "harness/data/loading_resources.h"

#include <algorithm>
#include <thread>

#include "harness/base/system/available_memory.h"

namespace harness {
namespace {

constexpr std::int64_t kFewest = 2;
constexpr std::int64_t kMost = 16;

}  // namespace

LoadingResources loading_resources(bool gpu_computes, std::int64_t cores,
                                   std::int64_t available_bytes) {
  LoadingResources resources;
  if (!gpu_computes) return resources;
  resources.threads = static_cast<std::size_t>(std::clamp(cores - 2, kFewest, kMost));
  resources.ahead = 2 * resources.threads;
  resources.cache_bytes =
      std::max(resources.cache_bytes,
               static_cast<std::size_t>(std::max<std::int64_t>(available_bytes, 0) / 4));
  return resources;
}

LoadingResources loading_resources(bool gpu_computes) {
  return loading_resources(gpu_computes, std::thread::hardware_concurrency(),
                           available_memory_bytes());
}

}  // namespace harness
