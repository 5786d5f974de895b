#pragma once

#include <filesystem>
#include <string>

#include "harness/base/json.h"
#include "harness/data/training_loader.h"
#include "harness/table/model_spec.h"
#include "harness/train/training_recipe.h"
#include "models/encoder_decoder.h"
#include "models/losses.h"

namespace harness {

/// The split of the data set that is trained on.
inline constexpr const char* kTrainSplit = "train";

/// The inputs of a row's training.
struct TrainingSetup {
  Json meta;    ///< The checkpoint's, including the config's text; null without a checkpoint.
  Json config;  ///< Parsed; null where there is none.
  TrainingRecipe recipe;
  ModelSpec spec;
};

/// checkpoint: empty where the row publishes none. Throws as recipe_of and resolve_model do.
TrainingSetup training_setup(const Row& row, const std::filesystem::path& checkpoint,
                             Policy policy);

/// Chooses the memory layout of a training on that device: channels last on the CPU, where it is
/// faster. On CUDA max pooling's gradient adds atomically in that layout.
void choose_layout(TrainingSetup& setup, torch::Device device) noexcept;

/// The same without dropout: for trainings that are compared step by step.
TrainingSetup without_dropout(TrainingSetup setup);

/// A model with the weights that this seed draws, overwritten with those of the pretrained backbone
/// unless `pretrained` is empty. In FP32 on the CPU; seeds LibTorch's generators.
/// Throws Error(kStateDictMismatch) for a file of another backbone.
models::EncoderDecoder initial_model(const ModelSpec& spec, std::uint64_t seed,
                                     const std::filesystem::path& pretrained);

/// The options of the loader of the recipe's batches with this seed.
TrainingLoaderOptions loader_options(const TrainingSetup& setup, std::uint64_t seed);

}  // namespace harness
