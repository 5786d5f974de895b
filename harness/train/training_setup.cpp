#include "harness/train/training_setup.h"

#include "harness/base/error.h"
#include "harness/checkpoint/checkpoint.h"
#include "harness/network/model_builder.h"
#include "harness/network/tensor_bridge.h"
#include "harness/openmmlab/python_config.h"

namespace harness {

TrainingSetup training_setup(const Row& row, const std::filesystem::path& checkpoint,
                             Policy policy) {
  TrainingSetup setup;
  if (!checkpoint.empty()) setup.meta = Checkpoint::open(checkpoint).meta();
  setup.config = config_of_meta(setup.meta);
  setup.recipe = recipe_of(row, setup.config, policy);
  const bool has_config = setup.config.is_object();
  setup.spec = resolve_model(row, has_config ? setup.config.value("model", Json()) : Json());
  return setup;
}

void choose_layout(TrainingSetup& setup, torch::Device device) noexcept {
  setup.recipe.arithmetic.channels_last = device.is_cpu();
}

TrainingSetup without_dropout(TrainingSetup setup) {
  setup.spec.decode_head.dropout_ratio = 0.0;
  setup.spec.auxiliary_head.dropout_ratio = 0.0;
  return setup;
}

models::EncoderDecoder initial_model(const ModelSpec& spec, std::uint64_t seed,
                                     const std::filesystem::path& pretrained) {
  torch::manual_seed(seed);
  models::EncoderDecoder model(to_options(spec));
  if (pretrained.empty()) return model;
  const auto weights = to_torch(Checkpoint::open(pretrained).state_dict());
  try {
    models::load_pretrained_backbone(*model->backbone(), weights);
  } catch (const models::StateDictMismatch& mismatch) {
    throw Error(ErrorCode::kStateDictMismatch, pretrained.filename().string(), mismatch.what());
  }
  return model;
}

TrainingLoaderOptions loader_options(const TrainingSetup& setup, std::uint64_t seed) {
  TrainingLoaderOptions options;
  options.pipeline = setup.recipe.pipeline;
  options.num_classes = setup.spec.decode_head.num_classes;
  options.batch = setup.recipe.batch;
  options.seed = seed;
  return options;
}

}  // namespace harness
