#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <torch/types.h>

#include "harness/lockstep/rounded_training.h"
#include "harness/precision/training_options.h"
#include "harness/record/lockstep_record.h"
#include "models/encoder_decoder.h"
#include "models/losses.h"
#include "models/state_dict.h"

namespace harness {

struct LockstepOptions {
  TrainingOptions arithmetic;  ///< The arithmetic that is compared with FP64.
  SgdOptions recipe;           ///< The others' optimizer: arithmetic.sgd, unless that is wrong.
  models::LossOptions losses;
  torch::Device device = torch::kCPU;
};

/// Five trainings of one model from one state on the same batches (docs/lockstep.md):
/// - "fp64": the reference that distances are measured from,
/// - "policy": the arithmetic in question,
/// - "twin": FP64 rounded to the policy's digits (RoundedTraining), whose distance is the policy's
///   reference error,
/// - "fp32" and "fp32_twin": the same for FP32.
/// A step that the policy's scaler skips is skipped by all: batch norm's statistics are updated,
/// weights and momentum are not.
///
/// What is compared stays in the type that it was stored in, so that models of full size fit into a
/// common machine: lockstep_bytes().
class Lockstep {
 public:
  /// initial: a state dict of a model of these options, on any device.
  Lockstep(const models::EncoderDecoderOptions& model, const models::StateDict& initial,
           const LockstepOptions& options);
  ~Lockstep();
  Lockstep(const Lockstep&) = delete;
  Lockstep& operator=(const Lockstep&) = delete;

  /// One step of each with this learning rate. images: {N, 3, H, W} float, labels: {N, H, W} int64,
  /// both on the device.
  LockstepStep run(const torch::Tensor& images, const torch::Tensor& labels, double lr);

  /// Called in the policy's training right after backward.
  void set_gradient_hook(GradientHook hook);

  /// The policy's model.
  models::EncoderDecoder model() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// Bytes that a lockstep of a model of so many parameters takes, activations aside: the weights,
/// gradients and momentum of its five trainings, of which three are in FP64 and one may have
/// masters; the weights in the beginning, the gradients of each, the replays of all but FP64's; and
/// what a step rounds, holds or compares at a time (kOfALockstepsStep for each parameter).
std::int64_t lockstep_bytes(std::int64_t parameters) noexcept;
inline constexpr std::int64_t kOfALockstepsStep = 2 * 8;

}  // namespace harness
