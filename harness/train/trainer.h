#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <torch/nn/module.h>
#include <torch/types.h>

#include "harness/data/training_loader.h"
#include "harness/openmmlab/poly_schedule.h"
#include "harness/precision/training_step.h"
#include "harness/train/training_log_writer.h"

namespace harness {

struct TrainerOptions {
  std::int64_t iterations = 0;  ///< The whole training's; 0 trains nothing.
  PolySchedule schedule;
  std::uint64_t seed = 0;                ///< For dropout; the loader has its own.
  std::int64_t log_interval = 50;        ///< 0: never, here and in the next two.
  std::int64_t evaluation_interval = 0;  ///< Also after the last iteration.
  std::int64_t save_interval = 0;        ///< Also after the last iteration.
  bool digests = false;                  ///< Digest all weights after every step.
  torch::Device device = torch::kCPU;
};

/// One iteration, as reported to the hooks.
struct Iteration {
  StepRecord step;
  double lr = 0.0;
  SamplerPosition position;   ///< Its batch's.
  double data_seconds = 0.0;  ///< Time spent waiting for the batch.
  double seconds = 0.0;       ///< Time since the end of the previous iteration, waiting included.
  /// Digests of what the optimizer updates and of all parameters and buffers; empty unless asked
  /// for.
  std::vector<std::pair<std::string, std::string>> digests;
};

/// Callbacks around the iterations; any may be empty. They are called in this order after an
/// iteration whose number is a multiple of the interval: step, log, evaluate, save. Saving comes
/// last (the source's checkpoint comes before its evaluation), so that a training resumed from a
/// checkpoint neither repeats nor lacks a line of the log.
struct TrainerHooks {
  std::function<void(const Iteration&)> step;
  std::function<void(const TrainingLogWriter::Position&, const LogAverages::Values&)> log;
  std::function<void(const TrainingLogWriter::Position&)> evaluate;
  std::function<void()> save;
  std::function<bool()> stop;  ///< Polled before each iteration.
};

enum class TrainerEnd { kFinished, kStopped };

/// A batch as tensors: images {N, 3, H, W} float, labels {N, H, W} int64. On the CPU the images are
/// a view of the batch, which must outlive them.
torch::Tensor images_of(const TrainingBatch& batch, torch::Device device);
torch::Tensor labels_of(const TrainingBatch& batch, torch::Device device);

/// The seed of dropout in one iteration. It depends on nothing else, so that a resumed training
/// draws the same masks as an uninterrupted one.
std::uint64_t dropout_seed(std::uint64_t seed, std::int64_t iteration) noexcept;

/// Trains by iterations (mmcv 1.3.14, mmcv/runner/iter_based_runner.py): learning rate, batch,
/// step, hooks. Seeds LibTorch's default generators before each step.
class Trainer {
 public:
  /// All but the options are kept by reference; `step` must train `module`, and the loader be at
  /// the batch that comes next.
  Trainer(torch::nn::Module& module, TrainingStep& step, TrainingLoader& loader,
          const TrainerOptions& options, const TrainerHooks& hooks);

  /// Trains from step.steps() to options.iterations. Throws what loader, step and hooks throw.
  TrainerEnd run();

  /// Averages since the last line of the log, to be saved and restored with the rest.
  LogAverages& averages() noexcept { return averages_; }

 private:
  void iterate(const TrainingBatch& batch, double data_seconds, double begin);
  void after(std::int64_t done, const TrainingLogWriter::Position& position);
  bool is_due(std::int64_t done, std::int64_t interval, bool at_end) const noexcept;

  torch::nn::Module& module_;
  TrainingStep& step_;
  TrainingLoader& loader_;
  const TrainerOptions options_;
  const TrainerHooks& hooks_;
  LogAverages averages_;
};

}  // namespace harness
