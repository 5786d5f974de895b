#include "harness/precision/policy.h"

#include <array>
#include <string>
#include <utility>

#include <ATen/Context.h>
#include <ATen/autocast_mode.h>

#include "harness/base/error.h"
#include "harness/precision/half_model.h"

namespace harness {
namespace {

constexpr auto kNames = std::to_array<std::pair<Policy, std::string_view>>({
    {Policy::kFp32, "fp32"},
    {Policy::kFp64, "fp64"},
    {Policy::kFp16Master, "fp16-master"},
    {Policy::kFp16Amp, "fp16-amp"},
    {Policy::kBf16Amp, "bf16-amp"},
});

bool autocasts(Policy policy) {
  return policy == Policy::kFp16Amp || policy == Policy::kBf16Amp;
}

}  // namespace

std::string_view to_string(Policy policy) noexcept {
  for (const auto& [value, name] : kNames) {
    if (value == policy) return name;
  }
  return "unknown";
}

Policy policy_from_string(std::string_view name) {
  std::string known;
  for (const auto& [policy, text] : kNames) {
    if (text == name) return policy;
    known.append(known.empty() ? "" : ", ").append(text);
  }
  throw Error(ErrorCode::kUsage, "precision",
              "expected one of " + known + ", got \"" + std::string(name) + "\"");
}

void apply_for_inference(torch::nn::Module& module, Policy policy) {
  if (policy == Policy::kFp16Master) {
    to_half_keeping_norm(module);
  } else {
    cast_floating(module, policy == Policy::kFp64 ? torch::kDouble : torch::kFloat);
  }
}

torch::ScalarType input_dtype(Policy policy) noexcept {
  if (policy == Policy::kFp64) return torch::kDouble;
  return policy == Policy::kFp16Master ? torch::kHalf : torch::kFloat;
}

AutocastScope::AutocastScope(Policy policy, torch::DeviceType device)
    : device_(device),
      was_enabled_(at::autocast::is_autocast_enabled(device)),
      old_dtype_(at::autocast::get_autocast_dtype(device)) {
  at::autocast::increment_nesting();
  at::autocast::set_autocast_enabled(device, autocasts(policy));
  if (!autocasts(policy)) return;
  at::autocast::set_autocast_dtype(device, policy == Policy::kFp16Amp ? at::kHalf : at::kBFloat16);
}

AutocastScope::~AutocastScope() {
  // The cache holds casts of weights, which may change before autocast is on again.
  if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
  at::autocast::set_autocast_enabled(device_, was_enabled_);
  at::autocast::set_autocast_dtype(device_, old_dtype_);
}

void use_exact_fp32() {
  auto& context = at::globalContext();
  context.setAllowTF32CuBLAS(false);
  context.setAllowTF32CuDNN(false);
  context.setFloat32MatmulPrecision("highest");
  context.setAllowFP16ReductionCuBLAS(false);
  context.setAllowBF16ReductionCuBLAS(false);
  context.setBenchmarkCuDNN(false);
  context.setDeterministicCuDNN(true);
}

}  // namespace harness
