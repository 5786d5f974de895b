#include "harness/data/loading_resources.h"

#include <sched.h>

#include <algorithm>

#include "harness/base/system/available_memory.h"

namespace harness {
namespace {

constexpr std::int64_t kFewest = 2;
constexpr std::int64_t kMost = 16;

std::int64_t usable_cores() {
  cpu_set_t usable;
  if (::sched_getaffinity(0, sizeof usable, &usable) != 0) return kFewest;
  return CPU_COUNT(&usable);
}

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
  return loading_resources(gpu_computes, usable_cores(), available_memory_bytes());
}

}  // namespace harness
