#pragma once

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "harness/judge/rules/paper/paper_claims.h"
#include "harness/record/experiment.h"

namespace harness {

/// For tests: documents of experiments as the worker writes them, as far as they are judged.

inline Experiment document(const std::string& name, const char* measurements) {
  Experiment one;
  one.name = name;
  one.row = "fcn";
  one.measurements = parse_json(measurements, name);
  return one;
}

/// Each with all of its statements seen.
inline Experiment master_weights_document() {
  return document("master-weights", R"({
    "constructed": {"weights": 30720, "cases": 61440, "below_moved": 0, "above_lost": 0,
      "ties_lost": 30720, "even_weights": 30720, "smallest_lost_ratio": 2048,
      "largest_moving_ratio": 4095.5},
    "start": {"steps": 10, "all_steps": {"share": 0.3}, "below_2048": {"updates": 9, "lost": 0},
      "above_4096": {"updates": 9, "lost": 9}, "masters": {"updates": 100, "moved": 99}},
    "published": {"steps": 10, "all_steps": {"share": 0.9}, "below_2048": {"updates": 9, "lost": 0},
      "above_4096": {"updates": 9, "lost": 9}, "masters": {"updates": 100, "moved": 100},
      "after": {"drifted": 1000, "stuck_share": 0.5}}})");
}

inline Experiment loss_scaling_document() {
  Experiment one = document("loss-scaling", "{}");
  for (const auto* phase : {"start", "published"}) {
    for (const auto* kind : {"activations", "weights"}) {
      one.measurements[phase][kind] = {
          {"unscaled", {{"zero_in_half", 0.4}, {"flushed", 0.41}, {"below_2^-24", 0.5}}},
          {"scaled", {{"zero_in_half", 0.01}, {"non_finite_in_half", 0}}}};
    }
    one.measurements[phase]["logits"] = {{{"layer", "a"}, {"bound", 0.25}, {"max_abs", 0.2}}};
  }
  return one;
}

inline Experiment accumulation_document() {
  return document("fp32-accumulation", R"({
    "dot_products": [{"length": 16, "half": 4, "half_error": 0.001, "single_error": 0.0004},
                     {"length": 65536, "half": 2048, "half_error": 0.8, "single_error": 0.0002}],
    "statistics": [
      {"value": 1, "count": 1024, "half_mean": 1, "half_overflows": false, "single_mean": 1},
      {"value": 1, "count": 32768, "half_mean": 0.0625, "half_overflows": false, "single_mean": 1},
      {"value": 32, "count": 32768, "half_mean": null, "half_overflows": true, "single_mean": 32}],
    "activations": {"channels": 100, "half_off": 60, "single_off": 0},
    "kernels": {"sum_of_ones": {"length": 8192, "measured": 8192},
                "batch_norm_mean": {"value": 4, "measured": 4}}})");
}

inline Experiment overflow_document() {
  Experiment one = document("overflow", "{}");
  Json falling = Json::array(), broken = Json::array();
  for (int i = 0; i < 10; ++i) {
    falling.push_back({{"scale", i < 4 ? 100 - i : 96}, {"loss", 3.0 - 0.1 * i}});
    broken.push_back({{"scale", 100}, {"loss", i == 0 ? Json(3.0) : Json()}});
  }
  Json& runs = one.measurements["runs"];
  for (const auto* name : {"mmcv-dynamic", "grad-scaler", "guarded", "row"}) {
    runs[name] = {{"steps", 10},       {"weights", 50}, {"overflows", 4},  {"skipped", 4},
                  {"last_skipped", 3}, {"ruined", 0},   {"trace", falling}};
  }
  runs["row"]["overflows"] = 0;
  runs["unguarded"] = {{"steps", 10},       {"weights", 50}, {"overflows", 10},
                       {"first_ruined", 0}, {"ruined", 50},  {"trace", broken}};
  return one;
}

inline std::vector<Experiment> all_documents() {
  return {master_weights_document(), loss_scaling_document(), accumulation_document(),
          overflow_document()};
}

/// The record of one statement.
inline VerdictRecord judged(const Experiment& one, const std::string& statement) {
  for (const auto& record : judge_experiment(one)) {
    if (record.claim == statement) return record;
  }
  ADD_FAILURE() << "no statement " << statement;
  return {};
}

}  // namespace harness
