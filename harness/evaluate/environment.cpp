#include "harness/evaluate/environment.h"

#include <ATen/Config.h>
#include <ATen/Context.h>
#include <ATen/Version.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <torch/torch.h>
#include <torch/version.h>
#include <opencv2/core/utility.hpp>
#include <opencv2/core/version.hpp>

#include "harness/base/sha256.h"

namespace harness {
namespace {

Json gpu_record() {
  if (!torch::cuda::is_available()) return nullptr;
  const auto& hooks = at::detail::getCUDAHooks();
  return {{"devices", torch::cuda::device_count()},
          {"cuda", hooks.versionCUDART()},
          {"cudnn", hooks.versionCuDNN()},
          {"configuration", hooks.showConfig()}};
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
  Json versions = {
      {"LibTorch", torch_version(configuration) + " " + sha256_hex(configuration).substr(0, 12)},
      {"OpenCV", cv::getVersionString()}};
  if (!torch::cuda::is_available()) return versions;
  const auto& hooks = at::detail::getCUDAHooks();
  versions["CUDA"] = hooks.versionCUDART();
  versions["cuDNN"] = hooks.versionCuDNN();
  return versions;
}

Json environment_record() {
  auto& context = at::globalContext();
  return {{"libtorch", TORCH_VERSION},
          {"opencv", CV_VERSION},
          {"threads", torch::get_num_threads()},
          {"interop_threads", at::get_num_interop_threads()},
          {"onednn", at::hasMKLDNN()},
          {"cpu_capability", at::get_cpu_capability()},
          {"deterministic_algorithms", context.deterministicAlgorithms()},
          {"tf32", {{"cublas", context.allowTF32CuBLAS()}, {"cudnn", context.allowTF32CuDNN()}}},
          {"cudnn",
           {{"enabled", context.userEnabledCuDNN()},
            {"benchmark", context.benchmarkCuDNN()},
            {"deterministic", context.deterministicCuDNN()}}},
          {"gpu", gpu_record()}};
}

}  // namespace harness
