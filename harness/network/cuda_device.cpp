#include "harness/network/cuda_device.h"

#include <dlfcn.h>

#include <cstdlib>
#include <filesystem>

#include <ATen/detail/CUDAHooksInterface.h>
#include <fmt/format.h>
#include <torch/cuda.h>

#include "harness/base/error.h"
#include "harness/base/system/machine.h"
#include "harness/base/system/nvidia_driver.h"
#include "harness/precision/cuda_kernels.h"
#include "harness/precision/range_census_cuda.h"

namespace harness {
namespace {

/// The folder that LibTorch's CPU library was loaded from. is_available() is a function of that
/// library; hasCUDA(), for example, is inline and has a copy in this program.
std::filesystem::path libtorch_folder() {
  Dl_info info{};
  const auto* symbol = reinterpret_cast<const void*>(&torch::cuda::is_available);
  if (::dladdr(symbol, &info) == 0 || info.dli_fname == nullptr) return {};
  return std::filesystem::path(info.dli_fname).parent_path();
}

std::string loader_error() {
  const char* const text = ::dlerror();
  return text == nullptr ? "the loader gives no reason" : text;
}

/// The words of the CUDA runtime that LibTorch brought with it.
std::string runtime_error() {
  auto* const count = reinterpret_cast<int (*)(int*)>(::dlsym(RTLD_DEFAULT, "cudaGetDeviceCount"));
  auto* const text =
      reinterpret_cast<const char* (*)(int)>(::dlsym(RTLD_DEFAULT, "cudaGetErrorString"));
  if (count == nullptr || text == nullptr) return "it gives no reason";
  int devices = 0;
  const int error = count(&devices);
  return error == 0 ? fmt::format("it counts {}", devices) : text(error);
}

/// Sets `function` to the library's function of that name. False where it has none.
template <typename Function>
bool find_in(void* library, const char* name, Function*& function) {
  function = reinterpret_cast<Function*>(::dlsym(library, name));
  return function != nullptr;
}

bool use_cuda_parts(void* library) {
  AddCensusOnGpu* census = nullptr;
  CudaKernels kernels;
  const bool has_all =
      find_in(library, "halfproof_add_census_on_gpu", census) &&
      find_in(library, "halfproof_upsample_argmax_on_gpu", kernels.upsample_argmax) &&
      find_in(library, "halfproof_upsample_at_on_gpu", kernels.upsample_at) &&
      find_in(library, "halfproof_norm_on_gpu", kernels.norm);
  if (!has_all) return false;
  use_gpu_census(census);
  use_cuda_kernels(kernels);
  return true;
}

/// libhalfproof_cuda.so is in the worker's folder; tests are built in a sibling of that folder. The
/// reason why it cannot be used, or "".
std::string load_cuda_parts() {
  const auto folder = program_folder();
  std::string reason;
  for (const auto& place : {folder, folder.parent_path() / "bin"}) {
    const auto file = place / "libhalfproof_cuda.so";
    void* const library = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) {
      reason += (reason.empty() ? "" : "; ") + loader_error();
      continue;
    }
    return use_cuda_parts(library) ? "" : loader_error();
  }
  return reason;
}

CudaState load() {
  // cuBLAS adds in one order only with a workspace of fixed size, read when it is first used.
  ::setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", /*overwrite=*/0);
  CudaState state;
  const auto file = libtorch_folder() / "libtorch_cuda.so";
  if (::dlopen(file.c_str(), RTLD_NOW | RTLD_GLOBAL) == nullptr) {
    state.reason = fmt::format("LibTorch's CUDA library cannot be loaded: {}", loader_error());
    return state;
  }
  const auto& hooks = at::detail::getCUDAHooks();
  state.is_loaded = hooks.hasCUDART();
  if (!state.is_loaded) {
    state.reason = "LibTorch was asked about CUDA before its CUDA library was loaded";
    return state;
  }
  if (!torch::cuda::is_available()) {
    state.reason = fmt::format("the CUDA runtime {} finds no device that it can use: {}",
                               hooks.versionCUDART(), runtime_error());
    return state;
  }
  state.reason = load_cuda_parts();
  state.is_usable = state.reason.empty();
  if (!state.is_usable) {
    state.reason = fmt::format("halfproof's CUDA parts cannot be loaded: {}", state.reason);
  }
  return state;
}

}  // namespace

const CudaState& load_cuda() {
  static const CudaState state = load();
  return state;
}

torch::Device open_device(const std::string& name) {
  if (name == "cpu") return torch::kCPU;
  const CudaState& cuda = load_cuda();
  if (cuda.is_usable) return {torch::kCUDA, 0};
  if (const auto device = cuda_device(0)) {
    throw Error(ErrorCode::kWorkerFailed, "--device cuda",
                fmt::format("expected to use the {} that the driver shows, got: {}", device->name,
                            cuda.reason));
  }
  throw Error(ErrorCode::kUnavailable, "--device cuda",
              fmt::format("no gpu: expected a CUDA device, found none ({})", cuda.reason));
}

}  // namespace harness
