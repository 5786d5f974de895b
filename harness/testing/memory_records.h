#pragma once

#include "harness/record/memory_record.h"
#include "harness/record/training_record.h"
#include "harness/table/model_cost.h"
#include "harness/testing/sample_row.h"

namespace harness {

/// For tests: a record of the stage memory that agrees with itself, of the sample row under
/// fp16-master with 4 images of 64x128. What it kept is what that model needs; `bytes`: of a result
/// of a convolution.
inline MemoryRecord memory_record_for_tests(std::int64_t bytes = 2) {
  MemoryRecord record;
  record.policy = "fp16-master";
  record.scaler = "static";
  record.sgd_momentum = 0.9;
  record.batch = 4;
  record.crop = {64, 128};
  record.classes = 19;
  const ModelSpec spec = resolve_model(sample::row(), Json());
  const std::int64_t parameters = parameter_count(spec);
  const KeptElements elements = kept_elements(spec, 64, 128);
  record.parameters = parameters;
  record.steps = kMemorySteps;
  record.departures = {kWithoutConfig};
  record.kept = {
      {"batch_norm", record.batch * elements.activated * bytes + 8 * elements.norm_channels},
      {"convolution", record.batch * elements.normalized * bytes},
      {"loss", record.batch * elements.loss * 4}};
  const StateBytes state = state_bytes(spec, Policy::kFp16Master);
  const std::int64_t weights = state.all - state.buffers;
  const std::int64_t gradient = record.batch * 64 * 128 * record.classes * 4;
  record.tensors.phase = "backward";
  record.tensors.standing = {weights,        4 * parameters, weights,           4 * parameters,
                             4 * parameters, state.buffers,  4 * 64 * 128 * 20, 0};
  record.tensors.activations = record.kept;
  record.tensors.temporaries = {{"loss", gradient}};
  record.tensors.bytes = record.tensors.standing.sum() + record.kept.at("batch_norm") +
                         record.kept.at("convolution") + record.kept.at("loss") + gradient;
  record.peak = record.tensors;
  record.peak.workspaces = {{"convolution", 7000}};
  record.peak.bytes += 7000;
  record.phases = {{"forward", record.tensors.bytes - gradient},
                   {"loss", record.tensors.bytes},
                   {"backward", record.peak.bytes},
                   {"optimizer", record.tensors.standing.sum() + 8}};
  return record;
}

/// The same training in FP32: no masters, and twice the bytes elsewhere.
inline MemoryRecord single_memory_record_for_tests() {
  MemoryRecord record = memory_record_for_tests(4);
  record.policy = "fp32";
  record.scaler = "none";
  for (auto* peak : {&record.peak, &record.tensors}) {
    const std::int64_t before = peak->standing.sum();
    const std::int64_t bytes = 4 * record.parameters;
    peak->standing = {bytes, 0, bytes, 0, bytes, peak->standing.buffers, 4 * 64 * 128 * 20, 0};
    peak->bytes += peak->standing.sum() - before;
  }
  const std::int64_t standing = record.tensors.standing.sum();
  record.phases = {{"forward", standing},
                   {"loss", record.tensors.bytes},
                   {"backward", record.peak.bytes},
                   {"optimizer", standing}};
  return record;
}

}  // namespace harness
