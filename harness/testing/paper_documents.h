#pragma once

#include <cmath>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "harness/judge/rules/paper/paper_claims.h"
#include "harness/record/experiment.h"
#include "harness/record/paper_records.h"

namespace harness {

/// For tests: what experiments record when every one of their statements is seen, for one thing to
/// be broken at a time.

inline MasterWeightsPhase master_weights_phase() {
  MasterWeightsPhase phase;
  phase.learning_rate = 0.05;
  phase.weights = 10;
  phase.steps = 10;
  phase.losses.assign(10, 2.5);
  phase.first_step = {10, 6};
  phase.all_steps = {100, 60};
  phase.below_2048 = {9, 0};
  phase.between = {20, 10};
  phase.above_4096 = {50, 50};
  phase.masters = {100, 99};
  phase.after = {10, 4, 8, 4};
  return phase;
}

inline MasterWeightsRecord master_weights_record() {
  MasterWeightsRecord record;
  record.constructed = {30720, 61440, 0, 0, 30720, 30720, 2048.0, 4095.5};
  record.start = record.published = master_weights_phase();
  return record;
}

inline GradientCensus gradient_census() {
  GradientCensus census;
  census.elements = 1200;
  census.non_zero = 1000;
  census.max_abs = 0.125;
  census.exponents = {{-26, 400}, {-4, 600}};
  census.unscaled = {410, 500, 700, 400, 0};
  census.scaled = {9, 20, 100, 10, 0};
  return census;
}

inline LossScalingRecord loss_scaling_record() {
  LossScalingRecord record;
  record.start = {gradient_census(), gradient_census(), {{"decode_head.conv_seg", 0.25, 0.2}}};
  record.published = record.start;
  return record;
}

inline AccumulationRecord accumulation_record() {
  AccumulationRecord record;
  record.dot_products = {{16, 4.0, 4.004, false, 4.0016, 0.001, 0.0004},
                         {65536, 16384.0, 2048.0, false, 16384.0, 0.875, 0.0002}};
  record.statistics = {{1.0, 1024, 1.0, false, 1.0},
                       {1.0, 32768, 0.0625, false, 1.0},
                       {32.0, 32768, kNotMeasured, true, 32.0}};
  record.kernels = {"widened", 8192, 8192.0, 4.0, 32768, 4.0};
  record.activations = {{"backbone.stem.0", 512, 60, 36, 0, 0.3, 0.0001},
                        {"decode_head.conv_seg", 512, 40, 24, 0, 0.2, 0.0001}};
  return record;
}

/// Ten steps with losses from 3.0 to 2.1. A scale that falls does so in the first four, which are
/// skipped.
inline ScaledTraining scaled_training(bool falls) {
  ScaledTraining run;
  run.steps = 10;
  run.weights = 50;
  run.overflows = run.skipped = falls ? 4 : 0;
  if (falls) run.last_skipped = 3;
  for (int i = 0; i < 10; ++i) {
    const double scale = falls ? std::ldexp(1.0, 24 - std::min(i, 4)) : 512.0;
    run.trace.push_back({scale, 3.0 - 0.1 * i, 1.5});
  }
  return run;
}

inline OverflowRecord overflow_record() {
  OverflowRecord record;
  record.batches = 4;
  record.mmcv_dynamic = record.grad_scaler = record.guarded = scaled_training(true);
  record.row = scaled_training(false);
  record.unguarded = scaled_training(false);
  record.unguarded.overflows = 10;
  record.unguarded.first_ruined = 0;
  record.unguarded.ruined = 50;
  for (std::size_t i = 1; i < 10; ++i) record.unguarded.trace[i].loss = kNotMeasured;
  return record;
}

template <Record R>
Experiment document(PaperExperiment name, const R& record) {
  Experiment one = new_experiment(name, "zoo", "fcn");
  one.measurements = record_to_json(record);
  return one;
}

/// One of each experiment, with all of its statements seen.
inline std::vector<Experiment> all_documents() {
  return {document(PaperExperiment::kMasterWeights, master_weights_record()),
          document(PaperExperiment::kLossScaling, loss_scaling_record()),
          document(PaperExperiment::kFp32Accumulation, accumulation_record()),
          document(PaperExperiment::kOverflow, overflow_record())};
}

/// The record of one statement.
inline VerdictRecord judged(const Experiment& one, const std::string& statement) {
  for (const auto& record : judge_experiment(one)) {
    if (record.claim == statement) return record;
  }
  ADD_FAILURE() << "no statement " << statement;
  return {};
}

/// One thing that is wrong with a record, and the statement that has to fail for it.
template <Record R>
struct PaperMutation {
  const char* statement;
  const char* what;
  std::function<void(R&)> apply;
};

/// Expects that the statements pass for `good` and that each mutation makes its statement fail.
template <Record R>
void expect_each_fails(PaperExperiment name, const R& good,
                       const std::vector<PaperMutation<R>>& mutations) {
  for (const auto& mutation : mutations) {
    EXPECT_EQ(judged(document(name, good), mutation.statement).verdict, Verdict::kPass)
        << mutation.statement;
    R broken = good;
    mutation.apply(broken);
    EXPECT_EQ(judged(document(name, broken), mutation.statement).verdict, Verdict::kFail)
        << mutation.statement << ": " << mutation.what;
  }
}

}  // namespace harness
