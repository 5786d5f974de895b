#pragma once

#include <string_view>

#include <torch/torch.h>

namespace harness {

/// With which arithmetic a model runs.
enum class Policy {
  kFp32,        ///< "fp32": everything in float, no TF32.
  kFp64,        ///< "fp64": the yardstick.
  kFp16Master,  ///< "fp16-master": half weights and activations, FP32 batch norm.
  kFp16Amp,     ///< "fp16-amp": FP32 weights, autocast to half.
  kBf16Amp,     ///< "bf16-amp": FP32 weights, autocast to bfloat16.
};

std::string_view to_string(Policy policy) noexcept;

/// Throws Error(kUsage) that lists the names.
Policy policy_from_string(std::string_view name);

/// Gives the module the dtypes of the policy. Load a checkpoint afterwards: what batch norm holds
/// before is rounded to half once under kFp16Master.
void apply_for_inference(torch::nn::Module& module, Policy policy);

/// The dtype in which an image enters the model.
torch::ScalarType input_dtype(Policy policy) noexcept;

/// Under an autocasting policy, turns autocast on for this thread and this device while it lives,
/// and afterwards puts back what was there; under the others autocast is off meanwhile. The model's
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

/// FP32 means FP32 from here on, in the whole process: no TF32 in cuBLAS and cuDNN, no
/// reduced-precision reductions in half matrix products, cuDNN algorithms deterministic and not
/// chosen by a race.
void use_exact_fp32();

}  // namespace harness
