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
#include "harness/train/training_setup.h"
#include "harness/train/training_tallies.h"
#include "harness/worker/train_job.h"
#include "models/encoder_decoder.h"

namespace harness {

/// All that lives while one job trains: model, step, loader, and what keeps their record.
class TrainingSession {
 public:
  /// Reads the recipe, builds the model and takes up what an interrupted training left.
  explicit TrainingSession(const TrainJob& job);

  /// Trains to the end and writes the RunResult.
  void run();

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
  TrainingRecord measurements() const;
  void write_result();

  const TrainJob& job_;
  const std::filesystem::path folder_;
  std::string started_;
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
