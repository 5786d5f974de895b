#include "harness/precision/policy.h"

#include <ATen/Context.h>
#include <ATen/autocast_mode.h>

#include "harness/precision/dtype_name.h"
#include "harness/precision/half_model.h"

namespace harness {

void apply_for_inference(torch::nn::Module& module, Policy policy) {
  const auto weights = scalar_type(facts(policy).weights);
  const auto norm = scalar_type(facts(policy).norm);
  if (weights == norm) {
    cast_floating(module, weights);
  } else {
    cast_keeping_norm(module, weights, norm);
  }
}

torch::ScalarType input_dtype(Policy policy) noexcept {
  return scalar_type(facts(policy).weights);
}

AutocastScope::AutocastScope(Policy policy, torch::DeviceType device)
    : device_(device),
      was_enabled_(at::autocast::is_autocast_enabled(device)),
      old_dtype_(at::autocast::get_autocast_dtype(device)) {
  at::autocast::increment_nesting();
  const PolicyFacts& known = facts(policy);
  at::autocast::set_autocast_enabled(device, known.autocasts());
  if (known.autocasts()) at::autocast::set_autocast_dtype(device, scalar_type(known.compute));
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
