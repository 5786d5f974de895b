#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

#include "harness/arithmetic/policy.h"

namespace harness {

/// Gives the module the dtypes of the policy. Load a checkpoint afterwards: under kFp16Master the
/// current values of batch norm are rounded to half once.
void apply_for_inference(torch::nn::Module& module, Policy policy);

/// The dtype in which an image enters the model.
torch::ScalarType input_dtype(Policy policy) noexcept;

/// Under an autocasting policy, turns autocast on for this thread and this device while it exists,
/// and then restores the previous state; under the others autocast is off meanwhile. The model's
/// forward pass belongs inside; losses take float logits outside of it.
class AutocastScope {
 public:
  AutocastScope(Policy policy, torch::DeviceType device);
  ~AutocastScope();
  AutocastScope(const AutocastScope&) = delete;
  AutocastScope& operator=(const AutocastScope&) = delete;

 private:
  torch::DeviceType device_;
  bool was_enabled_;
  torch::ScalarType old_dtype_;
};

/// Makes FP32 mean FP32 from here on, in the whole process: no TF32 in cuBLAS and cuDNN, no
/// reduced-precision reductions in half matrix products, and deterministic cuDNN algorithms that
/// are not chosen by benchmarking.
void use_exact_fp32();

}  // namespace harness
