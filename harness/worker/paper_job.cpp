#include "harness/worker/paper_job.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "harness/base/error.h"
#include "harness/base/system/machine.h"
#include "harness/checkpoint/checkpoint.h"
#include "harness/evaluate/environment.h"
#include "harness/network/model_builder.h"
#include "harness/network/tensor_bridge.h"
#include "harness/paper/accumulation.h"
#include "harness/paper/loss_scaling.h"
#include "harness/paper/master_weights.h"
#include "harness/paper/overflow.h"
#include "harness/record/experiment.h"
#include "harness/record/paper_design.h"
#include "harness/train/trainer.h"
#include "harness/train/training_setup.h"
#include "models/losses.h"

namespace harness {
namespace {

/// The inputs that are read once for all models and batches of a job.
struct RowSource {
  TrainingSetup setup;  ///< Without dropout: an experiment compares trainings step by step.
  models::StateDict published;
};

RowSource read_source(const PaperJob& job) {
  RowSource source;
  source.setup = without_dropout(training_setup(job.row, job.checkpoint, Policy::kFp16Master));
  source.published = to_torch(Checkpoint::open(job.checkpoint).state_dict());
  return source;
}

models::EncoderDecoder published_model(const RowSource& source) {
  models::EncoderDecoder model(to_options(source.setup.spec));
  try {
    models::load_state_dict(*model, source.published);
  } catch (const models::StateDictMismatch& mismatch) {
    throw Error(ErrorCode::kStateDictMismatch, to_string(TrainingPhase::kPublished),
                mismatch.what());
  }
  return model;
}

ExperimentModel model_of(const RowSource& source, TrainingPhase phase, const PaperJob& job) {
  auto model = phase == TrainingPhase::kPublished
                   ? published_model(source)
                   : initial_model(source.setup.spec, job.seed, job.pretrained);
  model->train();
  const auto options = source.setup.recipe.losses;
  return {model.ptr(),
          [model, options](const torch::Tensor& images, const torch::Tensor& labels) mutable
          -> NamedTensors { return models::segmentation_losses(model, images, labels, options); }};
}

std::vector<ExperimentBatch> read_batches(const PaperJob& job, const RowSource& source) {
  TrainingLoaderOptions options = loader_options(source.setup, job.seed);
  options.threads = 0;
  TrainingLoader loader(find_cityscapes(job.data.root, kTrainSplit), options);
  std::vector<ExperimentBatch> batches;
  while (std::ssize(batches) < kPaperBatches) {
    auto batch = loader.next();
    if (!batch) break;
    batches.push_back({images_of(*batch, torch::kCPU).clone(), labels_of(*batch, torch::kCPU)});
  }
  if (batches.empty()) {
    throw Error(ErrorCode::kInvalidData, job.data.root,
                "expected enough scenes for a batch, got none");
  }
  return batches;
}

/// The largest factor of a pixel's loss.
double largest_weight(const models::HeadLoss& loss) {
  const auto& classes = loss.class_weight;
  const auto largest = std::max_element(classes.begin(), classes.end());
  return loss.weight * (largest == classes.end() ? 1.0 : *largest);
}

ExperimentRow row_of(const PaperJob& job, const RowSource& source) {
  ExperimentRow row;
  row.model = [&](TrainingPhase phase) { return model_of(source, phase, job); };
  row.batches = read_batches(job, source);
  row.sgd = source.setup.recipe.arithmetic.sgd;
  const ScalerOptions& scaler = source.setup.recipe.arithmetic.scaler;
  const bool stands_still = scaler.type == ScalerType::kStatic;
  row.scale = (stands_still ? scaler : default_scaler(Policy::kFp16Master)).init_scale;
  const models::LossOptions& losses = source.setup.recipe.losses;
  row.decode_weight = largest_weight(losses.decode);
  row.auxiliary_weight =
      source.setup.spec.has_auxiliary_head ? largest_weight(losses.auxiliary) : 0.0;
  row.learning_rate = [schedule = source.setup.recipe.schedule](double part) {
    const auto last = std::max<std::int64_t>(schedule.iterations - 1, 0);
    const auto iteration = static_cast<double>(schedule.iterations) * part;
    return schedule.at(std::min(static_cast<std::int64_t>(iteration), last));
  };
  row.progress = [&job](int done, int total) {
    send_event(
        {{"event", "progress"}, {"label", job.experiment}, {"done", done}, {"total", total}});
  };
  return row;
}

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

RowSettings row_settings(const PaperJob& job, const ExperimentRow& row) {
  RowSettings settings;
  settings.batch = row.batches.front().images.sizes().vec();
  settings.batches = std::ssize(row.batches);
  settings.momentum = row.sgd.momentum;
  settings.weight_decay = row.sgd.weight_decay;
  settings.pretrained = !job.pretrained.empty();
  settings.device = "cpu";
  return settings;
}

template <Record Measurements, Record Settings>
void fill(Experiment& experiment, const RowSettings& row,
          ExperimentOutcome<Measurements, Settings> outcome) {
  experiment.settings =
      record_to_json(ExperimentSettings<Settings>{row, std::move(outcome.settings)});
  experiment.measurements = record_to_json(outcome.measured);
  experiment.charts = std::move(outcome.charts);
}

void measure(Experiment& experiment, const RowSettings& settings, const ExperimentRow& row) {
  switch (experiment.name) {
    case PaperExperiment::kMasterWeights:
      return fill(experiment, settings, master_weights_experiment(row));
    case PaperExperiment::kLossScaling:
      return fill(experiment, settings, loss_scaling_experiment(row));
    case PaperExperiment::kFp32Accumulation:
      return fill(experiment, settings, accumulation_experiment(row));
    case PaperExperiment::kOverflow:
      return fill(experiment, settings, overflow_experiment(row));
  }
}

}  // namespace

PaperJob paper_job_from_json(const Json& value) {
  ObjectReader reader(value, "paper job", "");
  PaperJob job;
  read_row_job(reader, job);
  job.pretrained = reader.required_string("pretrained");
  job.experiment = reader.required_string("experiment");
  job.seed = static_cast<std::uint64_t>(reader.required_integer("seed"));
  job.key = reader.required_string("key");
  reader.finish();
  return job;
}

void paper_job(const PaperJob& job) {
  Experiment experiment = new_experiment(paper_experiment(job.experiment), job.suite, job.row.id);
  prepare_process(job);
  experiment.started = utc_now();
  experiment.argv = job.argv;
  experiment.seed = static_cast<std::int64_t>(job.seed);
  experiment.key = job.key;
  const double begin = now();
  const RowSource source = read_source(job);
  const ExperimentRow row = row_of(job, source);
  measure(experiment, row_settings(job, row), row);
  experiment.elapsed_s = now() - begin;
  experiment.environment = environment_record();
  write_json_file(job.out, to_json(experiment));
  send_event({{"event", "result"}, {"experiment", to_string(experiment.name)}});
}

}  // namespace harness
