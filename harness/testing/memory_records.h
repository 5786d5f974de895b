#pragma once

#include "harness/record/memory_record.h"
#include "harness/table/model_cost.h"
#include "harness/testing/sample_row.h"

namespace harness {

/// For tests: a record of the stage memory that agrees with itself, of the sample row under
/// fp16-master with 4 images of 64x128. `kept` bytes of activations, half of them of convolutions.
inline MemoryRecord memory_record_for_tests(std::int64_t kept = 1'000'000) {
  MemoryRecord record;
  record.policy = "fp16-master";
  record.scaler = "static";
  record.sgd_momentum = 0.9;
  record.batch = 4;
  record.crop = {64, 128};
  record.classes = 19;
  const std::int64_t parameters = parameter_count(resolve_model(sample::row(), Json()));
  record.parameters = parameters;
  record.steps = 2;
  record.kept = {{"convolution", kept / 2}, {"loss", kept - kept / 2}};
  record.tensors.phase = "backward";
  record.tensors.standing = {2 * parameters,    4 * parameters,
                             2 * parameters,    4 * parameters,
                             4 * parameters,    64,
                             4 * 64 * 128 * 20, 0};
  record.tensors.activations = record.kept;
  record.tensors.temporaries = {{"loss", 500}};
  record.tensors.bytes = record.tensors.standing.sum() + kept + 500;
  record.peak = record.tensors;
  record.peak.workspaces = {{"convolution", 7000}};
  record.peak.bytes += 7000;
  record.phases = {{"forward", record.tensors.bytes - 500},
                   {"loss", record.tensors.bytes},
                   {"backward", record.peak.bytes},
                   {"optimizer", record.tensors.standing.sum() + 8}};
  return record;
}

/// The same training in FP32: no masters, and twice the bytes elsewhere.
inline MemoryRecord single_memory_record_for_tests(std::int64_t kept = 2'000'000) {
  MemoryRecord record = memory_record_for_tests(kept);
  record.policy = "fp32";
  record.scaler = "none";
  for (auto* peak : {&record.peak, &record.tensors}) {
    const std::int64_t before = peak->standing.sum();
    const std::int64_t bytes = 4 * record.parameters;
    peak->standing = {bytes, 0, bytes, 0, bytes, 64, 4 * 64 * 128 * 20, 0};
    peak->bytes += peak->standing.sum() - before;
  }
  record.phases = {{"forward", 1}, {"loss", 1}, {"backward", record.peak.bytes}, {"optimizer", 1}};
  return record;
}

}  // namespace harness
