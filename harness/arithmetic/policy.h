#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/arithmetic/element_type.h"
#include "harness/arithmetic/scaler.h"

namespace harness {

/// The arithmetic that a model is trained and evaluated in.
enum class Policy {
  kFp32,        ///< "fp32": everything in FP32, no TF32.
  kFp64,        ///< "fp64": the reference that errors are measured from.
  kFp16Master,  ///< "fp16-master": half weights and activations, FP32 batch norm and masters.
  kFp16Amp,     ///< "fp16-amp": FP32 weights, autocast to half.
  kBf16Amp,     ///< "bf16-amp": FP32 weights, autocast to bfloat16.
};

/// Everything that other layers need to know about a policy. A new policy is one entry in
/// policy.cpp, its arithmetic in precision/, and tests.
struct PolicyFacts {
  Policy policy;
  std::string_view name;       ///< The name in suites: "fp16-master".
  std::string_view precision;  ///< The name in command lines and a run's file names: "fp16".
  ElementType compute;         ///< Operands and results of convolutions; activations.
  ElementType weights;         ///< Weights of convolutions, in the model and in its checkpoints.
  ElementType norm;            ///< Parameters and statistics of batch norm, likewise.
  ElementType optimizer;       ///< What the optimizer updates.
  ElementType loss;            ///< Logits that enter the loss, and the loss.
  bool in_tables;              ///< Whether a row of a suite may have it.
  ScalerType default_scaler;   ///< What the source uses by default.
  std::span<const ScalerType> scalers;  ///< Those that make sense.
  std::string_view no_other_scaler;     ///< Why the others make no sense.

  /// The optimizer updates copies of the weights, the masters.
  constexpr bool has_masters() const { return optimizer != weights; }
  /// Operators get casts of the weights.
  constexpr bool autocasts() const { return compute != weights; }
};

/// In the order of the enumeration.
std::span<const PolicyFacts> policies() noexcept;
const PolicyFacts& facts(Policy policy) noexcept;

/// The name: "fp16-master".
std::string_view to_string(Policy policy) noexcept;

/// The policy of this name.
std::optional<Policy> find_policy(std::string_view name) noexcept;
/// The same for a policy that a row of a suite may have.
std::optional<Policy> find_row_policy(std::string_view name) noexcept;
/// Throws Error(kUsage) that lists the names.
Policy policy_from_string(std::string_view name);

/// "fp16-master, fp32, ...": what a row of a suite may have, for messages.
std::vector<std::string_view> row_policy_names();

/// The policy of a precision: "fp16" is "fp16-master", the others have their policy's name.
/// Throws Error(kUsage) that lists the precisions.
Policy policy_of_precision(std::string_view precision);
std::vector<std::string_view> precision_names();

/// Convolutions compute in float16 or bfloat16.
bool computes_in_half(Policy policy) noexcept;

/// Some scaler other than `none` makes sense.
bool scales_loss(Policy policy) noexcept;

/// The policy of claims about half precision itself (range, parity): the row's own where it
/// computes in half, else fp16-master.
Policy half_policy(Policy own) noexcept;

/// The precisions that a row is run in: its own, then FP32.
std::vector<std::string> default_precisions(Policy own);

/// Significant binary digits that convolutions store: 11 for fp16-master, 8 for bf16-amp.
int significant_digits(Policy policy) noexcept;

/// How many times as far as FP32's rounding the policy's takes a result, to first order:
/// 2^(24 - significant_digits), which is 2^13 for half and 2^16 for bfloat16.
double rounding_over_fp32(Policy policy) noexcept;

/// The type of batch norm's counters (num_batches_tracked) in a checkpoint, under every policy.
inline constexpr std::string_view kCounterType = "int64";

/// Operators of a training, as its census names them (docs/formats.md), and the type that each
/// kind's first floating-point operand has. A policy that autocasts leaves batch_norm open: what it
/// gets depends on the device.
struct OperatorType {
  std::string_view kind;
  ElementType type;
};
std::vector<OperatorType> operator_types(Policy policy);

/// default_scaler with the arguments of its source.
ScalerOptions default_scaler(Policy policy);

}  // namespace harness
