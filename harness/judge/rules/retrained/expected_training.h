#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "harness/arithmetic/scaler.h"
#include "harness/judge/finding.h"

namespace harness {

/// What a worker has to do that trains a row, as far as its suite and the config in its checkpoint
/// say it: the part of the recipe that records can be compared with. Derived here a second time,
/// independently of the worker's reader.
struct ExpectedTraining {
  ScalerOptions scaler;
  bool skips_overflows = true;  ///< The scaler looks for them.
  double lr = 0.01;             ///< Of the first step.
  double power = 0.9;
  double min_lr = 1e-4;
  std::int64_t iterations = 80000;  ///< Of the whole schedule.
  bool states_iterations = false;   ///< The suite or the config does, not the zoo's default.
  /// Of the model in the row's checkpoint; 0 and none where that was not read.
  std::int64_t parameters = 0;    ///< Elements that are trained.
  std::int64_t convolutions = 0;  ///< Layers with a kernel, those of the auxiliary head included.
  std::int64_t norms = 0;         ///< Layers with a counter of batches.
  std::set<std::string> trained;  ///< Names of the tensors that are trained.
  std::set<std::string> statistics;  ///< Of those that batch norm gathers.
  /// The loss of a network to which all classes are alike: of each head its weight in the loss
  /// times ln(classes). 0 where the config weights classes, too.
  double chance_loss = 0.0;

  /// Whether a drawn network can have this loss, which is nearly chance_loss (1.00 to 1.01 of it in
  /// 24 trainings of the mini zoo): up to 4 times as much. One that is not finite can be, too.
  bool can_begin_with(double loss) const;

  /// The polynomial learning rate of a 0-based step (mmcv 1.3.14, PolyLrUpdaterHook).
  double lr_at(std::int64_t step) const;
};

/// The suite's recipe goes before the config, the config before the zoo's defaults (mmseg 0.17.0,
/// schedule_80k.py); an lr_config without an option has mmcv's default. The row's own precision has
/// the row's scaler and quirks, others have their default and none.
ExpectedTraining expected_training(const ClaimContext& context, const std::string& precision);

/// The number that a command line asked for with --iters; nullopt without it. Throws nothing: what
/// is no number is 0.
std::optional<std::int64_t> asked_iterations(const std::vector<std::string>& argv);

}  // namespace harness
