#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/evaluate/memory_meter.h"
#include "harness/train/flight_recorder.h"
#include "harness/train/nondeterminism_watch.h"
#include "harness/train/operator_census.h"
#include "harness/train/snapshot_writer.h"
#include "harness/train/step_log.h"
#include "harness/train/trainer.h"
#include "harness/train/training_checkpoint.h"
#include "harness/train/training_request.h"
#include "harness/train/training_setup.h"
#include "harness/train/training_tallies.h"
#include "models/encoder_decoder.h"

namespace harness {

/// The results of a finished training.
struct TrainingOutcome {
  TrainingRecord record;
  std::string weights;  ///< combined_digest() of weights, masters and buffers.
};

/// One running training: model, step, loader and records. Writes to request.folder
///   train.log.json  the log, with the source's keys,
///   steps.jsonl     one line a step: loss, scale, gradient norm, and digests when asked for,
///   latest.pth      a checkpoint as the source writes it, and all that is needed to resume,
///   flight.json     only after a failure (FlightRecorder): the steps before it, the first layer
///                   and tensors that broke,
///   overflow.json   the same for the first step that was skipped by design.
class TrainingSession {
 public:
  /// Reads the recipe, builds the model and resumes an interrupted training. The process must be
  /// set up for the arithmetic: threads, half convolutions, exact FP32. Throws Error(kUsage) where
  /// the folder holds the state of a training with another key, and Error for an invalid file,
  /// recipe or data set.
  explicit TrainingSession(const TrainingRequest& request);
  TrainingSession(const TrainingSession&) = delete;  // Hooks hold its address.
  TrainingSession& operator=(const TrainingSession&) = delete;

  /// Trains to the end. Sends events {"event": "progress", "label", "done", "total", "loss",
  /// "scale"}.
  TrainingOutcome run();

 private:
  TrainingSession(const TrainingRequest& request, const std::optional<TrainingSnapshot>& snapshot);
  void resume(const TrainingSnapshot& snapshot);
  void start_over();
  NamedTensors forward(const torch::Tensor& images, const torch::Tensor& labels);
  void see_gradients(const StepGradients& gradients);
  TrainerOptions trainer_options() const;
  TrainerHooks hooks();
  void after_step(const Iteration& iteration);
  void evaluate(const TrainingLogWriter::Position& position);
  void save(bool now);
  TrainingSnapshot snapshot();
  Json meta() const;
  void write_reports();
  TrainingOutcome outcome() const;

  const TrainingRequest request_;
  const Policy policy_;
  const torch::Device device_;
  const TrainingSetup setup_;
  const std::int64_t iterations_;
  const std::vector<ScenePaths> validation_;

  MemoryMeter meter_;
  models::EncoderDecoder model_;
  FlightRecorder recorder_;
  TrainingStep step_;
  TrainingLoader loader_;
  TrainingLogWriter log_;
  StepLog steps_;
  SnapshotWriter snapshots_;  ///< On a GPU: its state is copied to the host in any case.
  const TrainerHooks hooks_;
  Trainer trainer_;
  TrainingTallies tallies_;
  std::unique_ptr<NondeterminismWatch> watch_;  ///< On a GPU only: the CPU has one order.
  std::unique_ptr<OperatorCensus> census_;      ///< While the first step runs.
  std::chrono::steady_clock::time_point last_save_;
  double last_lr_ = 0.0;
};

}  // namespace harness
