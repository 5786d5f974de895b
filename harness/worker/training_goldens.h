#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include <torch/torch.h>

#include "harness/base/json.h"
#include "harness/precision/training_step.h"
#include "models/encoder_decoder.h"

namespace harness {

/// For tests: how a training went, as the reference wrote it down or as ours did.
struct TrainingTrace {
  /// One value each step: "loss", "decode.loss_seg", ..., "grad_norm", "scale", "overflow",
  /// "growth_tracker", "bn_running_mean_norm", "bn_batches". NaN where there is none. A reference
  /// lacks those it did not report.
  std::map<std::string, std::vector<double>> series;
  std::map<std::string, double> first_gradients;  ///< Norms of all parameters' in step 0.
  std::map<std::string, torch::Tensor> final;     ///< Some of the state dict at the end, double.
};

/// For tests: what the reference computed in fixtures/minizoo/goldens/train for one row, and the
/// state it started from.
class TrainingGoldens {
 public:
  /// row: "fcn", "pspnet", "deeplabv3", "deeplabv3plus".
  explicit TrainingGoldens(const std::string& row);

  const Json& entries() const { return entries_; }
  TrainingTrace reference(const Json& entry) const;

  /// Trains as `entry` says, with its infinities.
  TrainingTrace run(const Json& entry, torch::Device device) const;

  /// The same in FP64, leaving out the steps that `entry` skipped: their batches pass through batch
  /// norm and nothing else happens.
  TrainingTrace run_exactly(const Json& entry, torch::Device device) const;

 private:
  models::EncoderDecoder initial_model(torch::Device device) const;
  StepRecord step(TrainingStep& training, const Json& golden, torch::Device device) const;
  TrainingTrace train(const Json& entry, const TrainingOptions& options, bool exact,
                      torch::Device device) const;

  std::string row_;
  Json entries_;
  std::map<std::string, torch::Tensor> heads_;
  std::map<std::string, std::map<std::string, torch::Tensor>> finals_;  // By an entry's "final".
  std::vector<torch::Tensor> images_, labels_;
};

}  // namespace harness
