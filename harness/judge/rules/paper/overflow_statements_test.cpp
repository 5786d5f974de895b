#include <algorithm>
#include <utility>

#include <gtest/gtest.h>

#include "harness/testing/paper_documents.h"

namespace harness {
namespace {

using R = OverflowRecord;

void expect_fails(const std::vector<PaperMutation<R>>& mutations) {
  expect_each_fails(PaperExperiment::kOverflow, overflow_record(), mutations);
}

/// The first `steps` of a run, with counts that fit them.
void cut(ScaledTraining& run, std::int64_t steps) {
  run.steps = steps;
  run.overflows = std::min(run.overflows, steps);
  run.trace.resize(static_cast<std::size_t>(steps));
}

TEST(OverflowStatements, EveryRunWithTooLargeAScaleOverflows) {
  expect_fails({
      {"too-large-scale", "mmcv's does not", [](R& r) { r.mmcv_dynamic.overflows = 0; }},
      {"too-large-scale", "torch's does not", [](R& r) { r.grad_scaler.overflows = 0; }},
      {"too-large-scale", "the unguarded one does not", [](R& r) { r.unguarded.overflows = 0; }},
      {"too-large-scale", "the guarded one does not", [](R& r) { r.guarded.overflows = 0; }},
      {"too-large-scale", "more overflows than steps", [](R& r) { r.guarded.overflows = 11; }},
      {"too-large-scale", "another sign", [](R& r) { r.guarded.overflows = -4; }},
      {"too-large-scale", "no step", [](R& r) { r.unguarded = {}; }},
  });
}

TEST(OverflowStatements, ADynamicScaleSettlesAndTrainsOn) {
  expect_fails({
      {"dynamic-recovers", "still skipping", [](R& r) { r.grad_scaler.last_skipped = 8; }},
      {"dynamic-recovers", "four clean steps", [](R& r) { r.mmcv_dynamic.last_skipped = 5; }},
      {"dynamic-recovers", "never skipped",
       [](R& r) { r.mmcv_dynamic.skipped = 0, r.mmcv_dynamic.last_skipped.reset(); }},
      {"dynamic-recovers", "one master ruined", [](R& r) { r.grad_scaler.ruined = 1; }},
      {"dynamic-recovers", "a loss is NaN",
       [](R& r) { r.grad_scaler.trace[5].loss = kNotMeasured; }},
      {"dynamic-recovers", "the loss rose",
       [](R& r) {
         for (auto& step : r.mmcv_dynamic.trace) step.loss = 6.0 - step.loss;
       }},
      {"dynamic-recovers", "the scale did not fall",
       [](R& r) {
         for (auto& step : r.grad_scaler.trace) step.scale = 512.0;
       }},
      {"dynamic-recovers", "another sign", [](R& r) { r.grad_scaler.trace.back().scale = -1.0; }},
      {"dynamic-recovers", "a trace shorter than the run",
       [](R& r) { r.mmcv_dynamic.trace.pop_back(); }},
      {"dynamic-recovers", "too few steps for two turns of the batches",
       [](R& r) { r.batches = 6; }},
      {"dynamic-recovers", "no batch", [](R& r) { r.batches = 0; }},
      {"dynamic-recovers", "no step", [](R& r) { r.mmcv_dynamic = {}; }},
      {"dynamic-recovers", "the row's own scale in the place of a dynamic one",
       [](R& r) { std::swap(r.grad_scaler, r.row); }},
  });
}

TEST(OverflowStatements, AnOverflowThatNobodyLooksForRuinsTheWeights) {
  expect_fails({
      {"unguarded-ruins", "none is ruined", [](R& r) { r.unguarded.first_ruined.reset(); }},
      {"unguarded-ruins", "none at the end", [](R& r) { r.unguarded.ruined = 0; }},
      {"unguarded-ruins", "one loss came back", [](R& r) { r.unguarded.trace[9].loss = 3.0; }},
      {"unguarded-ruins", "the loss was none before",
       [](R& r) { r.unguarded.trace[0].loss = kNotMeasured; }},
      {"unguarded-ruins", "no step after it", [](R& r) { cut(r.unguarded, 1); }},
      {"unguarded-ruins", "more ruined than there are", [](R& r) { r.unguarded.ruined = 51; }},
      {"unguarded-ruins", "the guarded run in its place",
       [](R& r) { std::swap(r.guarded, r.unguarded); }},
  });
}

TEST(OverflowStatements, TheCheckProtects) {
  expect_fails({
      {"check-protects", "one master ruined", [](R& r) { r.guarded.ruined = 1; }},
      {"check-protects", "nothing to protect from",
       [](R& r) { r.guarded.skipped = 0, r.guarded.last_skipped.reset(); }},
      {"check-protects", "a loss is NaN", [](R& r) { r.guarded.trace[9].loss = kNotMeasured; }},
      {"check-protects", "skips that are in no step", [](R& r) { r.guarded.last_skipped = 10; }},
      {"check-protects", "no step", [](R& r) { r.guarded = {}; }},
      {"check-protects", "the unguarded run in its place",
       [](R& r) { std::swap(r.guarded, r.unguarded); }},
  });
}

TEST(OverflowStatements, TheRowsOwnScaleHolds) {
  expect_fails({
      {"own-scale-holds", "one overflow", [](R& r) { r.row.overflows = 1; }},
      {"own-scale-holds", "one master ruined", [](R& r) { r.row.ruined = 1; }},
      {"own-scale-holds", "a loss is NaN", [](R& r) { r.row.trace[9].loss = kNotMeasured; }},
      {"own-scale-holds", "no step", [](R& r) { cut(r.row, 0); }},
      {"own-scale-holds", "no weights", [](R& r) { r.row.weights = 0; }},
      {"own-scale-holds", "the guarded run in its place",
       [](R& r) { std::swap(r.guarded, r.row); }},
  });
}

}  // namespace
}  // namespace harness
