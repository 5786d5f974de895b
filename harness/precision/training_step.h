#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <torch/nn/module.h>
#include <torch/types.h>

#include "harness/precision/flat_parameters.h"
#include "harness/precision/loss_scaler.h"
#include "harness/precision/training_options.h"

namespace harness {

/// Names and numbers in order.
using NamedValues = std::vector<std::pair<std::string, double>>;

/// images {N, 3, H, W} in the policy's input dtype, labels as given -> named values of one element:
/// "decode.loss_seg", "decode.acc_seg", ... The sum of those whose name contains "loss" is
/// minimised (mmseg BaseSegmentor._parse_losses). Runs inside the policy's AutocastScope; losses
/// must be computed from float (double under fp64) logits with autocast off, as
/// models::segmentation_losses does.
using ForwardLosses =
    std::function<NamedTensors(const torch::Tensor& images, const torch::Tensor& labels)>;

/// Numbers that a hook wants on the host: {n}, any floating dtype, and who is called with them
/// before any weight changes.
struct LaterRead {
  torch::Tensor values;
  std::function<void(const std::vector<double>& values)> see;
};

/// Gradients as the optimizer will get them, right after backward: still scaled, in the optimizer's
/// dtype (float; double under fp64). May be changed in place.
struct StepGradients {
  torch::Tensor flat;         ///< {n}: all of them with zeros between, as for an all-reduce.
  const NamedTensors& named;  ///< Views of `flat` in the parameters' shapes and order.
  double scale;
  /// What a hook adds here is read with the step's losses, in one transfer: on a GPU each would
  /// wait for all that was queued. Null outside of a step.
  std::vector<LaterRead>* later = nullptr;
};
using GradientHook = std::function<void(const StepGradients&)>;

/// A record of one iteration.
struct StepRecord {
  std::int64_t step = 0;   ///< 0-based: iterations before this one, skipped ones included.
  NamedValues losses;      ///< The forward pass's values, in its order.
  double loss = 0.0;       ///< The sum that was minimised, unscaled.
  double scale = 1.0;      ///< The factor of the loss.
  bool overflow = false;   ///< The check, where there is one, found an infinite or NaN gradient.
  bool skipped = false;    ///< No weight, momentum or master changed. Batch norm's statistics did.
  double grad_norm = 0.0;  ///< L2 over all gradients, unscaled, before clipping. Infinite or NaN
                           ///< when a gradient is, whether or not overflow is checked.
};

/// What a resumed training needs beside the model's own state dict, the data order and the seeds.
struct TrainingState {
  std::int64_t steps = 0;
  std::int64_t skipped = 0;
  Json scaler = Json::object();  ///< LossScaler::state().
  NamedTensors momentum;         ///< In parameter order; empty before the first step.
  NamedTensors masters;          ///< fp16-master only, and not under masters_not_saved.
};

/// Trains a model in one arithmetic, one step at a time, in the order of mmcv's Fp16OptimizerHook:
/// zero gradients, forward, scale, backward, copy gradients to the masters, hook (all-reduce),
/// check for overflow, unscale, clip, step, copy masters back, update the scale. After an overflow
/// the steps from unscale to copy back are skipped. The caller passes the learning rate, which the
/// schedule derives from the iteration.
///
/// Deterministic: the same inputs give the same bits on the same machine and number of threads.
class TrainingStep {
 public:
  /// module: holds the weights to start from, in any dtype, on its device, in train mode or not
  /// (never changed here). It gets the policy's dtypes; masters are copied before that, and unless
  /// wrap-rounds-norm asks for it, batch norm keeps its FP32 values. Its
  /// parameters become views of flat buffers: do not cast or move it afterwards, load into it with
  /// copies, and call restore() when its weights were replaced.
  /// Throws Error(kUsage) by require_sensible.
  TrainingStep(std::shared_ptr<torch::nn::Module> module, ForwardLosses forward,
               const TrainingOptions& options);
  ~TrainingStep();
  TrainingStep(const TrainingStep&) = delete;
  TrainingStep& operator=(const TrainingStep&) = delete;

  /// One iteration with this learning rate. images, labels: on the module's device.
  /// Throws c10::Error where a parameter gets no gradient: SGD's treatment of it is undefined here.
  StepRecord run(const torch::Tensor& images, const torch::Tensor& labels, double lr);

  /// Called in every step right after backward; empty: nothing is called.
  void set_gradient_hook(GradientHook hook);

  /// Copies, on the CPU.
  TrainingState state() const;

  /// Must be called after the model's state dict was loaded into the module. Masters come from
  /// `state`, or are widened from the module's weights where it has none. Throws an
  /// Error(kStateDictMismatch) that lists the names that do not fit, Error(kInvalidFile) for the
  /// scaler's part.
  void restore(const TrainingState& state);

  const LossScaler& scaler() const noexcept;
  std::int64_t steps() const noexcept;
  std::int64_t skipped() const noexcept;
  const TrainingOptions& options() const noexcept;

  /// What the optimizer updates: masters under fp16-master, the module's parameters otherwise.
  /// Views, in parameter order.
  const NamedTensors& optimized() const noexcept;

  /// {n}: SGD's momentum of all of them; undefined before the first step and without momentum.
  const torch::Tensor& momentum() const noexcept;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace harness
