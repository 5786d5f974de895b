#include "harness/worker/paper_job.h"

#include <algorithm>
#include <array>
#include <chrono>

#include "harness/base/error.h"
#include "harness/base/machine.h"
#include "harness/checkpoint/checkpoint.h"
#include "harness/evaluate/environment.h"
#include "harness/network/model_builder.h"
#include "harness/network/tensor_bridge.h"
#include "harness/paper/accumulation.h"
#include "harness/paper/loss_scaling.h"
#include "harness/paper/master_weights.h"
#include "harness/paper/overflow.h"
#include "harness/record/experiment.h"
#include "harness/train/trainer.h"
#include "harness/train/training_setup.h"
#include "models/losses.h"

namespace harness {
namespace {

/// Taken in turn by the steps of an experiment.
constexpr std::size_t kBatches = 4;

struct Kind {
  const char* name;
  const char* source;
  ExperimentRecord (*measure)(const ExperimentRow& row);
};

constexpr std::array<Kind, 4> kKinds{
    {{"master-weights", "arXiv 1710.03740v3, section 3.1",
      [](const ExperimentRow& row) { return master_weights_experiment(row); }},
     {"loss-scaling", "arXiv 1710.03740v3, section 3.2",
      [](const ExperimentRow& row) { return loss_scaling_experiment(row); }},
     {"fp32-accumulation", "arXiv 1710.03740v3, section 3.3",
      [](const ExperimentRow& row) { return accumulation_experiment(row); }},
     {"overflow", "arXiv 1710.03740v3, sections 3.2 and 5",
      [](const ExperimentRow& row) { return overflow_experiment(row); }}}};

const Kind& kind_of(const std::string& name) {
  std::string known;
  for (const auto& kind : kKinds) {
    if (kind.name == name) return kind;
    known.append(known.empty() ? "" : ", ").append(kind.name);
  }
  throw Error(ErrorCode::kUsage, "experiment",
              "expected one of " + known + ", got \"" + name + "\"");
}

/// What is read once for all models and batches of a job.
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
  const auto options = loss_options(source.setup.recipe);
  return {model.ptr(),
          [model, options](const torch::Tensor& images, const torch::Tensor& labels) mutable
          -> NamedTensors { return models::segmentation_losses(model, images, labels, options); }};
}

std::vector<ExperimentBatch> read_batches(const PaperJob& job, const RowSource& source) {
  TrainingLoaderOptions options = loader_options(source.setup, job.seed);
  options.threads = 0;
  TrainingLoader loader(find_cityscapes(job.data.root, kTrainSplit), options);
  std::vector<ExperimentBatch> batches;
  while (batches.size() < kBatches) {
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

ExperimentRow row_of(const PaperJob& job, const RowSource& source) {
  ExperimentRow row;
  row.model = [&](TrainingPhase phase) { return model_of(source, phase, job); };
  row.batches = read_batches(job, source);
  row.sgd = source.setup.recipe.arithmetic.sgd;
  const ScalerOptions& scaler = source.setup.recipe.arithmetic.scaler;
  const bool stands_still = scaler.type == ScalerType::kStatic;
  row.scale = (stands_still ? scaler : default_scaler(Policy::kFp16Master)).init_scale;
  row.auxiliary_weight =
      source.setup.spec.has_auxiliary_head ? source.setup.recipe.auxiliary_weight : 0.0;
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

Json common_settings(const PaperJob& job, const ExperimentRow& row) {
  const auto& images = row.batches.front().images;
  return {{"batch", {images.size(0), images.size(1), images.size(2), images.size(3)}},
          {"batches", row.batches.size()},
          {"momentum", row.sgd.momentum},
          {"weight_decay", row.sgd.weight_decay},
          {"pretrained", !job.pretrained.empty()},
          {"dropout", 0.0},
          {"device", "cpu"}};
}

}  // namespace

PaperJob paper_job_from_json(const Json& value) {
  ObjectReader reader(value, "paper job", "");
  PaperJob job;
  read_row_job(reader, job);
  job.pretrained = reader.required_string("pretrained");
  job.experiment = reader.required_string("experiment");
  job.seed = static_cast<std::uint64_t>(reader.required_integer("seed"));
  reader.finish();
  return job;
}

void paper_job(const PaperJob& job) {
  const Kind& kind = kind_of(job.experiment);
  prepare_process(job);
  Experiment experiment;
  experiment.name = kind.name;
  experiment.source = kind.source;
  experiment.suite = job.suite;
  experiment.row = job.row.id;
  experiment.started = utc_now();
  experiment.argv = job.argv;
  experiment.seeds = {{"seed", job.seed}};
  const double begin = now();
  const RowSource source = read_source(job);
  const ExperimentRow row = row_of(job, source);
  ExperimentRecord record = kind.measure(row);
  experiment.elapsed_s = now() - begin;
  experiment.settings = common_settings(job, row);
  experiment.settings.update(record.settings);
  experiment.environment = record_to_json(environment_record());
  experiment.measurements = std::move(record.measurements);
  experiment.charts = std::move(record.charts);
  write_json_file(job.out, to_json(experiment));
  send_event({{"event", "result"}, {"experiment", kind.name}});
}

}  // namespace harness
