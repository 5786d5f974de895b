#pragma once

#include <array>
#include <cstdint>

#include "harness/table/suite.h"

namespace harness {

/// The claim about the peak memory of training that a source publishes for the row (claim "memory"
/// whose conditions.stage is "train"); null where there is none.
const Claim* training_memory_claim(const Row& row);

/// Whether the row publishes a number of the memory of training: that claim with a value, or the
/// claim "memory.ratio" with one.
bool publishes_training_memory(const Row& row);

/// Images that one device trained on at a time: conditions.batch_size of that claim, else
/// recipe.batch, which counts those of all devices, over conditions.gpus. A row whose recipe names
/// no batch has the zoo's, 8 (mmseg 0.17.0: 2 on each of 4 GPUs).
std::int64_t published_batch(const Row& row);

/// SGD's momentum in every row of the zoo (mmseg 0.17.0, schedules/schedule_80k.py); a suite states
/// no other one.
inline constexpr double kPublishedMomentum = 0.9;

/// The zoo's crop, where a row states none (mmseg 0.17.0, datasets/cityscapes.py): height, width.
inline constexpr std::array<std::int64_t, 2> kZooCrop = {512, 1024};

}  // namespace harness
