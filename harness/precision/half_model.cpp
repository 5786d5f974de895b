#include "harness/precision/half_model.h"

#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/normalization.h>

namespace harness {
namespace {

bool is_norm(const torch::nn::Module& module) {
  return module.as<torch::nn::BatchNorm1d>() != nullptr ||
         module.as<torch::nn::BatchNorm2d>() != nullptr ||
         module.as<torch::nn::BatchNorm3d>() != nullptr ||
         module.as<torch::nn::GroupNorm>() != nullptr;
}

void cast_own(torch::nn::Module& module, torch::ScalarType dtype) {
  for (auto& entry : module.named_parameters(/*recurse=*/false)) {
    if (entry.value().is_floating_point()) entry.value().set_data(entry.value().to(dtype));
  }
  for (auto& entry : module.named_buffers(/*recurse=*/false)) {
    if (entry.value().is_floating_point()) entry.value().set_data(entry.value().to(dtype));
  }
}

}  // namespace

void cast_floating(torch::nn::Module& module, torch::ScalarType dtype) {
  cast_own(module, dtype);
  for (const auto& child : module.children()) cast_floating(*child, dtype);
}

void cast_keeping_norm(torch::nn::Module& module, torch::ScalarType dtype,
                       torch::ScalarType norm_dtype) {
  cast_own(module, dtype);
  if (is_norm(module)) cast_own(module, norm_dtype);
  for (const auto& child : module.children()) cast_keeping_norm(*child, dtype, norm_dtype);
}

}  // namespace harness
