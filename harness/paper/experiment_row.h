#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <torch/torch.h>

#include "harness/precision/training_step.h"
#include "harness/record/chart.h"
#include "harness/record/paper_records.h"

namespace harness {

/// Weights to begin with, in FP32, in train mode and without dropout (two runs that are compared
/// must drop the same).
struct ExperimentModel {
  std::shared_ptr<torch::nn::Module> module;
  ForwardLosses losses;  ///< Of this module.
};

struct ExperimentBatch {
  torch::Tensor images;  ///< {N, 3, H, W} float.
  torch::Tensor labels;  ///< {N, H, W} int64.
};

/// Where in its training a row is looked at.
enum class TrainingPhase {
  kStart,      ///< As the recipe begins: pretrained backbone, new heads.
  kPublished,  ///< The weights of the published checkpoint.
};
const char* to_string(TrainingPhase phase) noexcept;

/// What an experiment needs of a row. Everything is made anew and is the same each time.
struct ExperimentRow {
  std::function<ExperimentModel(TrainingPhase)> model;
  std::vector<ExperimentBatch> batches;  ///< Taken in turn; at least one.
  SgdOptions sgd;
  double scale = 512.0;  ///< The row's static loss scale.
  /// The largest factor of a pixel's loss, class weights included; 0 without the head.
  double decode_weight = 1.0;
  double auxiliary_weight = 0.4;
  /// Learning rate when this part, 0 to 1, of the training is done.
  std::function<double(double)> learning_rate;
  std::function<void(int done, int total)> progress;  ///< May be empty.
};

/// What an experiment found, with the settings that it chose.
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
