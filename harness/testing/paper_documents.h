#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "harness/judge/rules/paper/paper_claims.h"
#include "harness/judge/rules/paper/paper_statement.h"
#include "harness/record/experiment.h"
#include "harness/record/paper_design.h"
#include "harness/record/paper_records.h"
#include "harness/table/suite.h"

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
  census.exponents = {{-26, 410}, {-25, 90}, {-15, 200}, {-3, 300}};
  census.unscaled = {410, 500, 700, 400, 0};
  census.scaled = {9, 20, 100, 10, 0};
  return census;
}

inline LossScalingRecord loss_scaling_record() {
  LossScalingRecord record;
  record.start = {gradient_census(), gradient_census(), {{"decode_head.conv_seg", 0.125, 0.1}}};
  record.published = record.start;
  return record;
}

inline AccumulationRecord accumulation_record() {
  AccumulationRecord record;
  record.dot_products = {{16, 4.0, 4.004, false, 4.0016, 0.001, 0.0004},
                         {65536, 16384.0, 2048.0, false, 16386.0, 0.875, 0x1p-13}};
  record.statistics = {{1.0, 1024, 1.0, false, 1.0},
                       {1.0, 32768, 0.0625, false, 1.0},
                       {32.0, 32768, kNotMeasured, true, 32.0}};
  record.kernels = {"widened", 8192, 8192.0, 4.0, 32768, 4.0};
  record.activations = {{"backbone.stem.0", 512, 60, 36, 0, 0.3, 0.0001},
                        {"decode_head.conv_seg", 512, 40, 24, 0, 0.2, 0.0001}};
  return record;
}

/// Ten steps with losses from 3.0 to 2.1, of which the first four overflow or none does.
inline ScaledTraining scaled_training(bool overflows, double scale) {
  ScaledTraining run;
  run.steps = 10;
  run.weights = 50;
  run.overflows = overflows ? 4 : 0;
  for (int i = 0; i < 10; ++i) {
    run.trace.push_back({scale, 3.0 - 0.1 * i, i < run.overflows ? kNotMeasured : 1.5});
  }
  return run;
}

/// Steps that overflow are skipped.
inline ScaledTraining checked_training() {
  ScaledTraining run = scaled_training(true, kTooLargeScale);
  run.skipped = run.overflows;
  run.last_skipped = run.overflows - 1;
  return run;
}

/// The scale falls after each of them.
inline ScaledTraining dynamic_training() {
  ScaledTraining run = checked_training();
  for (int i = 0; i < 10; ++i) {
    run.trace[static_cast<std::size_t>(i)].scale = std::ldexp(1.0, 24 - std::min(i, 4));
  }
  return run;
}

inline OverflowRecord overflow_record() {
  OverflowRecord record;
  record.batches = 4;
  record.mmcv_dynamic = record.grad_scaler = dynamic_training();
  record.guarded = checked_training();
  record.row = scaled_training(false, 512.0);
  record.unguarded = scaled_training(false, kTooLargeScale);
  record.unguarded.overflows = 10;
  record.unguarded.first_ruined = 0;
  record.unguarded.ruined = 50;
  for (auto& step : record.unguarded.trace) step.grad_norm = kNotMeasured;
  for (std::size_t i = 1; i < 10; ++i) record.unguarded.trace[i].loss = kNotMeasured;
  return record;
}

/// What the records above were measured with.
inline RowSettings row_settings() {
  return {{4, 3, 64, 128}, 4, 0.9, 0.0005, true, 0.0, "cpu"};
}

inline Json paper_settings(PaperExperiment name) {
  const Json row = record_to_json(row_settings());
  const auto with = [&](const auto& own) {
    return Json{{"row", row}, {"experiment", record_to_json(own)}};
  };
  switch (name) {
    case PaperExperiment::kMasterWeights:
      return with(MasterWeightsSettings{10, 512.0, 0.0, 0.9});
    case PaperExperiment::kLossScaling:
      return with(LossScalingSettings{2, 512.0});
    case PaperExperiment::kFp32Accumulation:
      return with(AccumulationSettings{0.01, 1});
    case PaperExperiment::kOverflow:
      break;
  }
  return with(OverflowSettings{kTooLargeScale, 10, 10, 512.0, 0.05});
}

template <Record R>
Experiment document(PaperExperiment name, const R& record) {
  Experiment one = new_experiment(name, "zoo", "fcn");
  one.settings = paper_settings(name);
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

/// The mini zoo's FCN.
inline Row measured_row() {
  return select_row(read_suite("suites/minizoo.json"), "fcn");
}

/// What the worker measured with it (fixtures/README.md): whole experiments, in which each
/// statement is seen.
inline Experiment measured_document(PaperExperiment name) {
  const Json measured =
      read_json_file(fmt::format("fixtures/judge/paper/{}.json", to_string(name)));
  Experiment one = new_experiment(name, "minizoo", measured_row().id);
  one.settings = measured.at("settings");
  one.measurements = measured.at("measurements");
  return one;
}

inline std::vector<Experiment> measured_documents() {
  std::vector<Experiment> documents;
  for (const auto name : kPaperExperiments) documents.push_back(measured_document(name));
  return documents;
}

/// The record of one statement.
inline VerdictRecord judged(const Experiment& one, const std::string& statement) {
  for (const auto& record : judge_experiment(one)) {
    if (record.claim == statement) return record;
  }
  ADD_FAILURE() << "no statement " << statement;
  return {};
}

template <Record R>
std::span<const PaperRule<R>> statements_about() {
  if constexpr (std::is_same_v<R, MasterWeightsRecord>) return master_weights_statements();
  if constexpr (std::is_same_v<R, LossScalingRecord>) return loss_scaling_statements();
  if constexpr (std::is_same_v<R, AccumulationRecord>) return accumulation_statements();
  if constexpr (std::is_same_v<R, OverflowRecord>) return overflow_statements();
}

/// What the statement's own rule finds, though the record may contradict itself.
template <Record R>
Verdict verdict_by_rule(const std::string& statement, const R& record) {
  for (const auto& rule : statements_about<R>()) {
    if (statement == rule.statement.id) return rule.judge(record).verdict;
  }
  ADD_FAILURE() << "no statement " << statement;
  return Verdict::kFail;
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
    EXPECT_EQ(verdict_by_rule(mutation.statement, broken), Verdict::kFail)
        << mutation.statement << ": " << mutation.what;
  }
}

}  // namespace harness
