#include "harness/evaluate/environment.h"

#include <ATen/Config.h>
#include <ATen/Context.h>
#include <ATen/Version.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <torch/cuda.h>
#include <torch/utils.h>
#include <torch/version.h>
#include <opencv2/core/utility.hpp>
#include <opencv2/core/version.hpp>

#include <fmt/format.h>

#include "harness/base/error.h"
#include "harness/base/sha256.h"
#include "harness/base/system/gpu_monitor.h"
#include "harness/base/system/nvidia_driver.h"
#include "harness/precision/half_convolution.h"

namespace harness {
namespace {

LibraryRecord library_record() {
  auto& context = at::globalContext();
  LibraryRecord library;
  library.libtorch = TORCH_VERSION;
  library.opencv = CV_VERSION;
  library.threads = torch::get_num_threads();
  library.interop_threads = at::get_num_interop_threads();
  library.onednn = at::hasMKLDNN();
  library.cpu_capability = at::get_cpu_capability();
  library.deterministic_algorithms = context.deterministicAlgorithms();
  library.tf32 = {context.allowTF32CuBLAS(), context.allowTF32CuDNN()};
  library.cudnn = {context.userEnabledCuDNN(), context.benchmarkCuDNN(),
                   context.deterministicCuDNN()};
  library.convolution_kernel = active_half_convolution();
  return library;
}

std::optional<std::int64_t> whole(std::optional<double> value) {
  return value ? std::optional(static_cast<std::int64_t>(*value)) : std::nullopt;
}

std::optional<GpuRecord> gpu_record() {
  if (!torch::cuda::is_available()) return std::nullopt;
  const auto device = cuda_device(0);
  if (!device) {
    throw Error(ErrorCode::kUnavailable, "GPU 0",
                "no gpu: expected the CUDA driver to describe the device that LibTorch uses, got "
                "no answer of libcuda.so.1");
  }
  const auto& hooks = at::detail::getCUDAHooks();
  GpuRecord gpu;
  gpu.name = device->name;
  gpu.uuid_sha256_8 = sha256_hex(device->uuid).substr(0, 8);
  gpu.memory_bytes = device->memory_bytes;
  gpu.compute_capability = device->compute_capability;
  gpu.driver = nvidia_driver_version().value_or("");
  gpu.cuda = hooks.versionCUDART();
  gpu.cudnn = hooks.versionRuntimeCuDNN();
  gpu.devices = static_cast<std::int64_t>(torch::cuda::device_count());
  if (const auto monitor = GpuMonitor::open(device->uuid)) {
    const GpuState now = monitor->read();
    gpu.sm_clock_mhz = whole(now.sm_mhz);
    gpu.memory_clock_mhz = whole(now.memory_mhz);
  }
  return gpu;
}

/// The version in at::show_config(): "..., TORCH_VERSION=2.11.0, ...".
std::string torch_version(const std::string& configuration) {
  constexpr std::string_view kKey = "TORCH_VERSION=";
  const auto key = configuration.find(kKey);
  if (key == std::string::npos) return TORCH_VERSION;
  const auto begin = key + kKey.size();
  return configuration.substr(begin, configuration.find_first_of(", \n", begin) - begin);
}

}  // namespace

Json library_versions() {
  const std::string configuration = at::show_config();
  Json versions = {{"LibTorch", fmt::format("{} {}", torch_version(configuration),
                                            sha256_hex(configuration).substr(0, 12))},
                   {"OpenCV", cv::getVersionString()}};
  if (!torch::cuda::is_available()) return versions;
  const auto& hooks = at::detail::getCUDAHooks();
  versions["CUDA"] = hooks.versionCUDART();
  versions["cuDNN"] = hooks.versionRuntimeCuDNN();
  versions["driver"] = nvidia_driver_version().value_or("");
  if (const auto device = cuda_device(0)) {
    versions["GPU"] = fmt::format("{}, {} bytes", device->name, device->memory_bytes);
  }
  return versions;
}

EnvironmentRecord environment_record() {
  EnvironmentRecord environment = command_environment();
  environment.library = library_record();
  environment.gpu = gpu_record();
  return environment;
}

}  // namespace harness
