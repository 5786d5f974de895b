#include "harness/worker/paper_job.h"

#include <algorithm>
#include <array>
#include <chrono>

#include "harness/artifact/checkpoint.h"
#include "harness/artifact/python_config.h"
#include "harness/base/error.h"
#include "harness/base/experiment.h"
#include "harness/base/machine.h"
#include "harness/paper/accumulation.h"
#include "harness/paper/loss_scaling.h"
#include "harness/paper/master_weights.h"
#include "harness/paper/overflow.h"
#include "harness/precision/half_convolution.h"
#include "harness/run/environment.h"
#include "harness/worker/job.h"
#include "harness/worker/model_builder.h"
#include "harness/worker/tensor_bridge.h"
#include "harness/worker/training_recipe.h"
#include "models/losses.h"

namespace harness {
namespace {

constexpr const char* kTrainSplit = "train";
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
  models::EncoderDecoderOptions model;
  models::StateDict published;
  models::StateDict pretrained;  ///< Empty: from scratch.
  TrainingRecipe recipe;
  std::int64_t num_classes = 0;
};

RowSource read_source(const PaperJob& job) {
  RowSource source;
  const Checkpoint checkpoint = Checkpoint::open(job.checkpoint);
  const Json& meta = checkpoint.meta();
  Json config;
  if (meta.is_object() && meta.contains("config") && meta.at("config").is_string()) {
    config = parse_python_config(meta.at("config").get<std::string>(), "meta.config");
  }
  source.recipe = recipe_of(job.row, config, Policy::kFp16Master);
  const ModelSpec spec =
      resolve_model(job.row, config.is_object() ? config.value("model", Json()) : Json());
  source.num_classes = spec.decode_head.num_classes;
  source.model = to_options(spec);
  source.model.decode_head.dropout_ratio = 0.0;
  if (source.model.auxiliary_head) source.model.auxiliary_head->dropout_ratio = 0.0;
  source.published = to_torch(checkpoint.state_dict());
  if (!job.pretrained.empty()) {
    source.pretrained = to_torch(Checkpoint::open(job.pretrained).state_dict());
  }
  return source;
}

ExperimentModel model_of(const RowSource& source, TrainingPhase phase, std::uint64_t seed) {
  torch::manual_seed(seed);
  models::EncoderDecoder model(source.model);
  try {
    if (phase == TrainingPhase::kPublished) {
      models::load_state_dict(*model, source.published);
    } else if (!source.pretrained.empty()) {
      models::load_pretrained_backbone(*model->backbone(), source.pretrained);
    }
  } catch (const models::StateDictMismatch& mismatch) {
    throw Error(ErrorCode::kStateDictMismatch, to_string(phase), mismatch.what());
  }
  model->train();
  models::LossOptions options;
  options.ignore_index = source.recipe.ignore_index;
  options.auxiliary_weight = source.recipe.auxiliary_weight;
  return {model.ptr(),
          [model, options](const torch::Tensor& images, const torch::Tensor& labels) mutable
          -> NamedTensors { return models::segmentation_losses(model, images, labels, options); }};
}

ExperimentBatch batch_of(TrainingBatch batch) {
  const auto count = static_cast<std::int64_t>(batch.scenes.size());
  const std::vector<std::int64_t> size = {count, batch.size.height, batch.size.width};
  return {torch::from_blob(batch.images.data(), {count, 3, size[1], size[2]}).clone(),
          torch::from_blob(batch.classes.data(), size, torch::kByte).to(torch::kLong)};
}

std::vector<ExperimentBatch> read_batches(const PaperJob& job, const RowSource& source) {
  TrainingLoaderOptions options;
  options.pipeline = source.recipe.pipeline;
  options.num_classes = source.num_classes;
  options.batch = source.recipe.batch;
  options.seed = job.seed;
  options.threads = 0;
  TrainingLoader loader(find_cityscapes(job.data.root, kTrainSplit), options);
  std::vector<ExperimentBatch> batches;
  while (batches.size() < kBatches) {
    auto batch = loader.next();
    if (!batch) break;
    batches.push_back(batch_of(std::move(*batch)));
  }
  if (batches.empty()) {
    throw Error(ErrorCode::kInvalidData, job.data.root,
                "expected enough scenes for a batch, got none");
  }
  return batches;
}

ExperimentRow row_of(const PaperJob& job, const RowSource& source) {
  ExperimentRow row;
  row.model = [&](TrainingPhase phase) { return model_of(source, phase, job.seed); };
  row.batches = read_batches(job, source);
  row.sgd = source.recipe.arithmetic.sgd;
  const ScalerOptions& scaler = source.recipe.arithmetic.scaler;
  const bool stands_still = scaler.type == ScalerType::kStatic;
  row.scale = (stands_still ? scaler : default_scaler(Policy::kFp16Master)).init_scale;
  row.auxiliary_weight = source.model.auxiliary_head ? source.recipe.auxiliary_weight : 0.0;
  row.learning_rate = [schedule = source.recipe.schedule](double part) {
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
  job.suite = reader.required_string("suite");
  job.row = row_from_json(reader.required("row"), "paper job", "row");
  job.data = data_from_json(reader.required("data"), "paper job");
  job.checkpoint = reader.required_string("checkpoint");
  job.pretrained = reader.required_string("pretrained");
  job.experiment = reader.required_string("experiment");
  job.seed = static_cast<std::uint64_t>(reader.required_integer("seed"));
  job.threads = reader.required_integer("threads");
  job.out = reader.required_string("out");
  for (const auto& argument : reader.required("argv")) {
    job.argv.push_back(argument.get<std::string>());
  }
  reader.finish();
  return job;
}

void paper_job(const PaperJob& job) {
  const Kind& kind = kind_of(job.experiment);
  if (job.threads > 0) torch::set_num_threads(static_cast<int>(job.threads));
  register_half_convolution();
  use_exact_fp32();
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
  experiment.environment = environment_record();
  experiment.environment["build"] = build_record();
  experiment.environment["machine"] = machine_record();
  experiment.environment["convolution_kernel"] = active_half_convolution();
  experiment.measurements = std::move(record.measurements);
  experiment.charts = std::move(record.charts);
  write_json_file(job.out, to_json(experiment));
  send_event({{"event", "result"}, {"experiment", kind.name}});
}

}  // namespace harness
