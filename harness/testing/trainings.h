#pragma once

#include <string>
#include <utility>
#include <vector>

#include "harness/testing/sample_row.h"

namespace harness {

/// For tests: a training in half as its census tells of it, and the result of a whole one.
inline Json census_of_half() {
  return Json::parse(R"({"convolution": {"float16": 69}, "convolution_backward": {"float16": 69},
    "batch_norm": {"float16": 59}, "resize": {"float32": 2}, "loss": {"float32": 2}})");
}

inline RunResult training(const std::string& precision, std::int64_t seed, Json miou) {
  RunResult result = sample::result(
      "train", precision,
      {{"iterations", 600},
       {"scheduled_iterations", 600},
       {"steps", 600},
       {"skipped", 0},
       {"non_finite_steps", 0},
       {"miou", std::move(miou)},
       {"policy", to_string(policy_of_precision(precision))},
       {"scaler", "static"},
       {"scale", {{"first", 512.0}, {"last", 512.0}, {"min", 512.0}, {"max", 512.0}}},
       {"peak_bytes", precision == "fp16" ? 600000 : 1000000},
       {"census", census_of_half()}});
  result.seed = seed;
  return result;
}

/// For tests: a claim over trainings of the sample row, and those.
struct Trained {
  Row row = sample::row();
  Claim claim;
  std::vector<RunResult> results;
  JobScope scope{{"train"}, {}, {}};

  Trained(const char* id, Json value) : claim(sample::claim(id, "retrained", std::move(value))) {}
  void add(const std::string& precision, const std::vector<double>& mious) {
    for (std::size_t i = 0; i < mious.size(); ++i) {
      results.push_back(training(precision, static_cast<std::int64_t>(i), mious[i]));
    }
  }
  Finding judge(ClaimRule rule) const { return rule({row, claim, results, scope}); }
};

}  // namespace harness
