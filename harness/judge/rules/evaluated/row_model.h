#pragma once

#include <string>

#include "harness/record/memory_record.h"
#include "harness/record/speed_record.h"
#include "harness/table/suite.h"

namespace harness {

/// Why a record is of another model, or of another training, than the row's; "" when it is of the
/// row's. What the record counted is compared with closed forms of the row alone
/// (table/model_cost.h), number by number: those of the row's other records may be of the same
/// wrong model, and a row has no other record where only one stage was run. Both stages draw the
/// model that the row states, without a config, so that nothing is left to be tolerated.

/// Operations, bytes of weights and logits of an image of the record's size.
std::string other_model(const Row& row, const std::string& precision, const SpeedRecord& record);

/// Classes and parameters.
std::string other_model(const Row& row, const MemoryRecord& record);

/// The scaler, which is the row's for the row's own arithmetic and the default one for others, and
/// SGD's momentum.
std::string other_recipe(const Row& row, const std::string& precision, const MemoryRecord& record);

/// Bytes of weights, gradients and buffers, which a state dict of the row's model has in the types
/// of the arithmetic: exactly, up to 64 bytes for each tensor on a CPU; on a GPU, whose allocator
/// gives blocks of 512 bytes and leaves the rest of larger ones with them, up to half as much again
/// of weights and gradients. Masters and momentum likewise. On a CPU no library keeps anything.
std::string other_state(const Row& row, const std::string& precision, const MemoryRecord& record);

/// What the step kept for its backward pass: the loss's logarithms exactly, to scalars, and the
/// inputs of norms and what is applied to their results at least; on a CPU these two exactly, on a
/// GPU and where the policy casts by itself (it keeps casts of weights) up to half as much again;
/// everything else together is less than the inputs of norms. At the peak all of it lives beside
/// the gradient of one head's logarithms. The record has a crop and a batch
/// (memory_consistency.h).
std::string other_activations(const Row& row, const std::string& precision,
                              const MemoryRecord& record);

/// Convolutions that one image of the row's model runs; 0 where the row has no model.
std::int64_t convolutions_of(const Row& row);

/// The same of batch norms.
std::int64_t norms_of(const Row& row);

}  // namespace harness
