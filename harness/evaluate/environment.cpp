#include "harness/evaluate/environment.h"

#include <ATen/Config.h>
#include <ATen/Context.h>
#include <ATen/Version.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <torch/torch.h>
#include <torch/version.h>
#include <opencv2/core/version.hpp>

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

}  // namespace

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
