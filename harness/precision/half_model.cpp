#include "harness/precision/half_model.h"

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

void to_half_keeping_norm(torch::nn::Module& module) {
  cast_own(module, torch::kHalf);
  if (is_norm(module)) cast_own(module, torch::kFloat);
  for (const auto& child : module.children()) to_half_keeping_norm(*child);
}

}  // namespace harness
