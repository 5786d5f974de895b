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

/// Of the data, what is trained on.
inline constexpr const char* kTrainSplit = "train";

/// What a training of a row begins with.
struct TrainingSetup {
  Json meta;    ///< Of the row's checkpoint, the config's text in it; null without a checkpoint.
  Json config;  ///< Parsed; null where there is none.
  TrainingRecipe recipe;
  ModelSpec spec;
};

/// checkpoint: empty where the row publishes none. Throws as recipe_of and resolve_model do.
TrainingSetup training_setup(const Row& row, const std::filesystem::path& checkpoint,
                             Policy policy);

/// The same where no unit is dropped: for trainings that are compared step by step.
TrainingSetup without_dropout(TrainingSetup setup);

/// A model with the weights that this seed draws, and over them those of the pretrained backbone
/// unless `pretrained` is empty. In FP32 on the CPU; seeds LibTorch's generators.
/// Throws Error(kStateDictMismatch) for a file of another backbone.
models::EncoderDecoder initial_model(const ModelSpec& spec, std::uint64_t seed,
                                     const std::filesystem::path& pretrained);

/// The loader of the recipe's batches, of this seed.
TrainingLoaderOptions loader_options(const TrainingSetup& setup, std::uint64_t seed);

}  // namespace harness
