#include "harness/worker/lockstep_job.h"

#include <algorithm>
#include <chrono>

#include "harness/artifact/checkpoint.h"
#include "harness/artifact/python_config.h"
#include "harness/base/error.h"
#include "harness/base/machine.h"
#include "harness/data/training_loader.h"
#include "harness/precision/half_convolution.h"
#include "harness/run/environment.h"
#include "harness/worker/cuda_device.h"
#include "harness/worker/job.h"
#include "harness/worker/lockstep.h"
#include "harness/worker/model_builder.h"
#include "harness/worker/tensor_bridge.h"
#include "harness/worker/training_recipe.h"

namespace harness {
namespace {

/// What the row says of its training.
struct LockstepSource {
  ModelSpec spec;
  TrainingRecipe recipe;
};

LockstepSource source_of(const TrainJob& job) {
  Json config;
  if (!job.checkpoint.empty()) {
    const Json meta = Checkpoint::open(job.checkpoint).meta();
    if (meta.is_object() && meta.contains("config")) {
      config = parse_python_config(meta.at("config").get<std::string>(), "meta.config");
    }
  }
  LockstepSource source;
  source.recipe = recipe_of(job.row, config, policy_of_precision(job.precision));
  source.spec = resolve_model(job.row, config.is_object() ? config.value("model", Json()) : Json());
  source.spec.decode_head.dropout_ratio = 0.0;
  source.spec.auxiliary_head.dropout_ratio = 0.0;
  return source;
}

/// The weights with which train_job() of this seed begins.
models::EncoderDecoder initial_model(const ModelSpec& spec, const TrainJob& job) {
  torch::manual_seed(job.seed);
  models::EncoderDecoder model(to_options(spec));
  if (job.pretrained.empty()) return model;
  const auto weights = to_torch(Checkpoint::open(job.pretrained).state_dict());
  try {
    models::load_pretrained_backbone(*model->backbone(), weights);
  } catch (const models::StateDictMismatch& mismatch) {
    throw Error(ErrorCode::kStateDictMismatch, job.pretrained.filename().string(), mismatch.what());
  }
  return model;
}

TrainingLoaderOptions loader_options(const LockstepSource& source, const TrainJob& job) {
  TrainingLoaderOptions options;
  options.pipeline = source.recipe.pipeline;
  options.num_classes = source.spec.decode_head.num_classes;
  options.batch = source.recipe.batch;
  options.seed = job.seed;
  return options;
}

torch::Tensor images_of(TrainingBatch& batch, torch::Device device) {
  const auto count = static_cast<std::int64_t>(batch.scenes.size());
  return torch::from_blob(batch.images.data(), {count, 3, batch.size.height, batch.size.width})
      .to(device, /*non_blocking=*/false, /*copy=*/true);
}

torch::Tensor labels_of(TrainingBatch& batch, torch::Device device) {
  const auto count = static_cast<std::int64_t>(batch.scenes.size());
  return torch::from_blob(batch.classes.data(), {count, batch.size.height, batch.size.width},
                          torch::kByte)
      .to(device, torch::kLong);
}

Json train(const TrainJob& job, const LockstepSource& source, torch::Device device) {
  LockstepOptions options;
  options.arithmetic = source.recipe.arithmetic;
  options.recipe = source.recipe.arithmetic.sgd;
  options.losses.ignore_index = source.recipe.ignore_index;
  options.losses.auxiliary_weight = source.recipe.auxiliary_weight;
  options.device = device;
  const auto initial = initial_model(source.spec, job);
  Lockstep lockstep(to_options(source.spec), models::state_dict(*initial), options);
  TrainingLoader loader(find_cityscapes(job.data.root, "train"), loader_options(source, job));
  const auto asked = job.iterations > 0 ? job.iterations : kLockstepSteps;
  const auto steps = std::min(asked, source.recipe.schedule.iterations);
  Json series = Json::array();
  for (std::int64_t i = 0; i < steps; ++i) {
    auto batch = loader.next();
    if (!batch) break;
    series.push_back(lockstep.run(images_of(*batch, device), labels_of(*batch, device),
                                  source.recipe.schedule.at(i)));
    send_event({{"event", "progress"},
                {"label", "lockstep-" + job.precision},
                {"done", i + 1},
                {"total", steps},
                {"loss", series.back().at("loss").at("policy")},
                {"scale", series.back().at("scale")}});
  }
  return series;
}

}  // namespace

void lockstep_job(const TrainJob& job) {
  RunResult result;
  result.started = utc_now();
  const auto begin = std::chrono::steady_clock::now();
  const auto device = open_device(job.device);
  if (job.threads > 0) torch::set_num_threads(static_cast<int>(job.threads));
  register_half_convolution();
  use_exact_fp32();
  const LockstepSource source = source_of(job);
  result.suite = job.suite;
  result.row = job.row.id;
  result.stage = "lockstep";
  result.precision = job.precision;
  result.device = job.device;
  result.key = job.key;
  result.argv = job.argv;
  result.seeds = {{"seed", job.seed}};
  const Json series = train(job, source, device);
  result.measurements = {{"policy", to_string(source.recipe.arithmetic.policy)},
                         {"scaler", to_string(source.recipe.arithmetic.scaler.type)},
                         {"digits", significant_digits(source.recipe.arithmetic.policy)},
                         {"batch", source.recipe.batch},
                         {"steps", series.size()},
                         {"series", series}};
  result.environment = environment_record();
  result.environment["build"] = build_record();
  result.environment["machine"] = machine_record();
  result.environment["convolution_kernel"] = active_half_convolution();
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begin;
  result.elapsed_s = elapsed.count();
  write_json_file(job.out / run_result_name("lockstep", job.precision, static_cast<int>(job.seed)),
                  to_json(result));
  send_event({{"event", "result"}, {"stage", "lockstep"}, {"precision", job.precision}});
}

}  // namespace harness
