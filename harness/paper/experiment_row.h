#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <torch/nn/module.h>
#include <torch/types.h>

#include "harness/precision/training_step.h"
#include "harness/record/chart.h"
#include "harness/record/paper_records.h"

namespace harness {

/// Initial weights, in FP32, in train mode and without dropout (two runs that are compared would
/// have to drop the same units).
struct ExperimentModel {
  std::shared_ptr<torch::nn::Module> module;
  ForwardLosses losses;  ///< This module's.
};

struct ExperimentBatch {
  torch::Tensor images;  ///< {N, 3, H, W} float.
  torch::Tensor labels;  ///< {N, H, W} int64.
};

/// The point in its training at which a row is examined.
enum class TrainingPhase {
  kStart,      ///< As the recipe begins: pretrained backbone, new heads.
  kPublished,  ///< The weights of the published checkpoint.
};
const char* to_string(TrainingPhase phase) noexcept;

/// What an experiment needs from a row. Every call creates its result again, with the same values.
struct ExperimentRow {
  std::function<ExperimentModel(TrainingPhase)> model;
  std::vector<ExperimentBatch> batches;  ///< Used in turn; at least one.
  SgdOptions sgd;
  double scale = 512.0;  ///< The row's static loss scale.
  /// The largest factor of a pixel's loss, class weights included; 0 without the head.
  double decode_weight = 1.0;
  double auxiliary_weight = 0.4;
  /// The learning rate after this part, 0 to 1, of the training.
  std::function<double(double)> learning_rate;
  std::function<void(int done, int total)> progress;  ///< May be empty.
};

/// The result of an experiment, with the settings that it chose.
template <Record Measurements, Record Settings>
struct ExperimentOutcome {
  Settings settings;
  Measurements measured;
  std::vector<Chart> charts;
};

/// Half weights and activations, FP32 batch norm, this scaler.
TrainingOptions half_options(const ExperimentRow& row, const ScalerOptions& scaler);
/// The row's static scale.
ScalerOptions static_scale(double scale);

/// The names of the parameters that a module holds in half.
std::vector<std::string> half_parameters(const torch::nn::Module& module);

/// The named tensors side by side in one line of floats, in the order of `names`.
torch::Tensor line_of(const NamedTensors& tensors, const std::vector<std::string>& names);

}  // namespace harness
