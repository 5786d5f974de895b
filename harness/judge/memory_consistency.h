#pragma once

#include <string>

#include "harness/arithmetic/policy.h"
#include "harness/record/memory_record.h"

namespace harness {

/// What in the record cannot be together, in words, or "": something was trained, in two steps, by
/// the zoo's defaults (no config is read); the parts of a peak add up to it; what stands is the
/// same at both peaks, lives in every phase, and with what backward finds when it begins; from then
/// on activations only become fewer; no phase is above the peak, nor what lives between operators,
/// nor what backward finds; weights, masters, gradients and momentum have the bytes that the
/// policy's types give to so many parameters; activations of convolutions were kept; a GPU's
/// allocator did not count less than the tensors.
///
/// On a GPU bytes may be moved from one part of a peak to another within what the allocator rounds
/// up (blocks of 512 bytes, and what is left of larger ones), and nothing shows it: which tensor a
/// rest belongs to depends on what was allocated before. Their sum is the peak that is judged,
/// which the allocator counted by itself, to 1 and 2 %.
std::string inconsistency(const MemoryRecord& record, Policy policy);

}  // namespace harness
