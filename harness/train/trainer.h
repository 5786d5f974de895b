#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <torch/torch.h>

#include "harness/data/training_loader.h"
#include "harness/openmmlab/poly_schedule.h"
#include "harness/precision/training_step.h"
#include "harness/train/training_log_writer.h"

namespace harness {

struct TrainerOptions {
  std::int64_t iterations = 0;  ///< Of the whole training; 0 trains nothing.
  PolySchedule schedule;
  std::uint64_t seed = 0;                ///< Of dropout; the loader has its own.
  std::int64_t log_interval = 50;        ///< 0: never, of this and the next two.
  std::int64_t evaluation_interval = 0;  ///< Also after the last iteration.
  std::int64_t save_interval = 0;        ///< Also after the last iteration.
  bool digests = false;                  ///< Of all weights after every step.
  torch::Device device = torch::kCPU;
};

/// One iteration, for who keeps a record of it.
struct Iteration {
  StepRecord step;
  double lr = 0.0;
  SamplerPosition position;   ///< Of its batch.
  double data_seconds = 0.0;  ///< Waited for the batch.
  double seconds = 0.0;       ///< From the end of the iteration before, waiting included.
  /// Of what the optimizer updates and of all parameters and buffers; empty unless asked for.
  std::vector<std::pair<std::string, std::string>> digests;
};

/// What happens around the iterations. Any may be empty. They are called in this order after an
/// iteration whose number is a multiple of the interval: step, log, evaluate, save. Saving comes
/// last (the source's checkpoint comes before its evaluation), so that what is resumed from a
/// checkpoint neither repeats nor lacks a line of the log.
struct TrainerHooks {
  std::function<void(const Iteration&)> step;
  std::function<void(const TrainingLogWriter::Position&, const LogAverages::Values&)> log;
  std::function<void(const TrainingLogWriter::Position&)> evaluate;
  std::function<void()> save;
  std::function<bool()> stop;  ///< Asked before each iteration.
};

enum class TrainerEnd { kFinished, kStopped };

/// A batch as tensors: images {N, 3, H, W} float, labels {N, H, W} int64. On the CPU the images are
/// a view of the batch, which has to outlive them.
torch::Tensor images_of(const TrainingBatch& batch, torch::Device device);
torch::Tensor labels_of(const TrainingBatch& batch, torch::Device device);

/// The seed of dropout in one iteration: depends on nothing else, so that a resumed training draws
/// what the uninterrupted one drew.
std::uint64_t dropout_seed(std::uint64_t seed, std::int64_t iteration) noexcept;

/// Trains by iterations (mmcv 1.3.14, mmcv/runner/iter_based_runner.py): learning rate, batch,
/// step, hooks. Seeds LibTorch's default generators before each step.
class Trainer {
 public:
  /// All but the options are kept by reference; `step` trains `module`, and the loader stands at
  /// the batch that comes next.
  Trainer(torch::nn::Module& module, TrainingStep& step, TrainingLoader& loader,
          const TrainerOptions& options, const TrainerHooks& hooks);

  /// From step.steps() to options.iterations. Throws what loader, step and hooks throw.
  TrainerEnd run();

  /// Since the last line of the log: to be saved and restored with the rest.
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
