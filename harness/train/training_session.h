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
#include "harness/train/step_log.h"
#include "harness/train/trainer.h"
#include "harness/train/training_checkpoint.h"
#include "harness/train/training_request.h"
#include "harness/train/training_setup.h"
#include "harness/train/training_tallies.h"
#include "models/encoder_decoder.h"

namespace harness {

/// What a finished training is judged by.
struct TrainingOutcome {
  Json measurements;     ///< Of the stage "train" (docs/formats.md).
  std::string weights;   ///< combined_digest() of weights, masters and buffers.
  double seconds = 0.0;  ///< Of all iterations, also of those before an interruption.
};

/// All that lives while one training runs: model, step, loader, and what keeps their record. Leaves
/// in request.folder
///   train.log.json  the log, with the source's keys,
///   steps.jsonl     one line a step: loss, scale, gradient norm, and digests when asked for,
///   latest.pth      a checkpoint as the source writes it, and all that a resumed training needs,
///   flight.json     only after a value that is not finite: the steps before it, the first layer
///                   and tensors that broke.
class TrainingSession {
 public:
  /// Reads the recipe, builds the model and resumes what an interrupted training left. The process
  /// is set up for the arithmetic already: threads, half convolutions, exact FP32.
  /// Throws Error for what the files, the recipe or the data get wrong.
  explicit TrainingSession(TrainingRequest request);

  /// Trains to the end. Sends events {"event": "progress", "label", "done", "total", "loss",
  /// "scale"}.
  TrainingOutcome run();

 private:
  void read_source();
  void build_model();
  void open_records();
  void take_up(const TrainingSnapshot& snapshot);
  NamedTensors forward(const torch::Tensor& images, const torch::Tensor& labels);
  TrainerOptions trainer_options() const;
  TrainerHooks hooks();
  void after_step(const Iteration& iteration);
  void evaluate(const TrainingLogWriter::Position& position);
  void save(bool now);
  Json meta() const;
  void write_flight_report();
  TrainingOutcome outcome() const;

  const TrainingRequest request_;
  Policy policy_;
  torch::Device device_;
  TrainingSetup setup_;
  std::int64_t iterations_ = 0;
  std::vector<ScenePaths> validation_;

  std::unique_ptr<MemoryMeter> meter_;
  models::EncoderDecoder model_{nullptr};
  std::unique_ptr<FlightRecorder> recorder_;
  std::unique_ptr<NondeterminismWatch> watch_;  ///< On a GPU only: the CPU has one order.
  std::unique_ptr<OperatorCensus> census_;      ///< While the first step runs.
  std::unique_ptr<TrainingStep> step_;
  std::unique_ptr<TrainingLoader> loader_;
  std::unique_ptr<Trainer> trainer_;
  TrainerHooks hooks_;
  std::unique_ptr<TrainingLogWriter> log_;
  std::unique_ptr<StepLog> steps_;
  TrainingTallies tallies_;
  std::chrono::steady_clock::time_point last_save_;
  double last_lr_ = 0.0;
};

}  // namespace harness
