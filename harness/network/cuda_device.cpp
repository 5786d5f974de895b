#include "harness/network/cuda_device.h"

#include <dlfcn.h>

#include <cstdlib>
#include <filesystem>

#include "harness/base/error.h"
#include "harness/base/system/machine.h"
#include "harness/precision/range_census_cuda.h"

namespace harness {
namespace {

/// The folder that LibTorch's CPU library was loaded from.
std::filesystem::path libtorch_folder() {
  Dl_info info{};
  const auto* symbol = reinterpret_cast<const void*>(&torch::hasCUDA);
  if (::dladdr(symbol, &info) == 0 || info.dli_fname == nullptr) return {};
  return std::filesystem::path(info.dli_fname).parent_path();
}

/// libhalfproof_cuda.so is in the worker's folder; tests are built in a sibling of that folder.
void* open_cuda_parts() {
  const auto folder = program_folder();
  for (const auto& place : {folder, folder.parent_path() / "bin"}) {
    const auto file = place / "libhalfproof_cuda.so";
    if (void* library = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL)) return library;
  }
  return nullptr;
}

}  // namespace

bool load_cuda_if_present() {
  // cuBLAS adds in one order only with a workspace of fixed size, read when it is first used.
  ::setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", /*overwrite=*/0);
  static void* const library =
      ::dlopen((libtorch_folder() / "libtorch_cuda.so").c_str(), RTLD_NOW | RTLD_GLOBAL);
  if (library == nullptr || !torch::cuda::is_available()) return false;
  static void* const parts = open_cuda_parts();
  if (parts != nullptr) {
    use_gpu_census(
        reinterpret_cast<AddCensusOnGpu*>(::dlsym(parts, "halfproof_add_census_on_gpu")));
  }
  return true;
}

torch::Device open_device(const std::string& name) {
  if (name == "cpu") return torch::kCPU;
  if (!load_cuda_if_present()) {
    throw Error(
        ErrorCode::kUnavailable, "--device cuda",
        "no gpu: expected a CUDA device that LibTorch can use, found none; `halfproof doctor` "
        "says why");
  }
  return {torch::kCUDA, 0};
}

}  // namespace harness
