#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include <torch/types.h>

#include "harness/record/memory_record.h"
#include "harness/table/suite.h"
#include "harness/train/training_setup.h"

namespace harness {

/// The memory of one training step of the row as its source trained it: weights as a training from
/// scratch draws them, published_batch() images of the recipe's crop drawn from N(0, 1), labels
/// from the row's classes with a tenth ignored, both heads and losses, the row's scaler where
/// `precision` is its own, and TrainingStep, as TrainingSession trains. The values do not matter to
/// the sum of bytes; they are seeded all the same.
///
/// The model and the recipe are the suite's: no checkpoint's config is read. device: opened
/// (open_device). on_step: called after each step with its number.
/// Throws Error(kInvalidSuite) for a row without a model or recipe that can be trained.
MemoryRecord measure_training_memory(const Row& row, const std::string& precision,
                                     torch::Device device,
                                     const std::function<void(std::int64_t)>& on_step = {});

/// The same of one training step of that model and recipe on `batch` images.
MemoryRecord measure_training_memory(TrainingSetup setup, std::int64_t batch, torch::Device device,
                                     const std::function<void(std::int64_t)>& on_step = {});

}  // namespace harness
