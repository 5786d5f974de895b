#include "harness/judge/paper_claims.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"

namespace harness {
namespace {
using testing::HasSubstr;

Experiment experiment(const std::string& name, const char* measurements) {
  Experiment one;
  one.name = name;
  one.row = "fcn";
  one.measurements = parse_json(measurements, name);
  return one;
}

/// As the worker writes them, each with all of its statements seen.
Experiment master_weights() {
  return experiment("master-weights", R"({
    "constructed": {"weights": 30720, "cases": 61440, "below_moved": 0, "above_lost": 0,
      "ties_lost": 30720, "even_weights": 30720, "smallest_lost_ratio": 2048,
      "largest_moving_ratio": 4095.5},
    "start": {"steps": 10, "all_steps": {"share": 0.3}, "below_2048": {"updates": 9, "lost": 0},
      "above_4096": {"updates": 9, "lost": 9}, "masters": {"updates": 100, "moved": 99}},
    "published": {"steps": 10, "all_steps": {"share": 0.9}, "below_2048": {"updates": 9, "lost": 0},
      "above_4096": {"updates": 9, "lost": 9}, "masters": {"updates": 100, "moved": 100},
      "after": {"drifted": 1000, "stuck_share": 0.5}}})");
}

Experiment loss_scaling() {
  Experiment one = experiment("loss-scaling", "{}");
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

Experiment accumulation() {
  return experiment("fp32-accumulation", R"({
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

Experiment overflow() {
  Experiment one = experiment("overflow", "{}");
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

std::vector<Experiment> all() {
  return {master_weights(), loss_scaling(), accumulation(), overflow()};
}

VerdictRecord judged(const Experiment& one, const std::string& statement) {
  for (const auto& record : judge_experiment(one)) {
    if (record.claim == statement) return record;
  }
  ADD_FAILURE() << "no statement " << statement;
  return {};
}

TEST(PaperClaims, WhatIsSeenPassesWithItsSectionAndItsReason) {
  for (const auto& one : all()) {
    for (const auto& record : judge_experiment(one)) {
      const bool is_judged = record.claim != "weight-grads";
      EXPECT_EQ(record.verdict, is_judged ? Verdict::kPass : Verdict::kNotVerifiable)
          << record.claim << ": " << record.reason;
      EXPECT_EQ(record.row, "fcn");
      EXPECT_FALSE(record.measured.is_null()) << record.claim;
    }
  }
  const auto ratio = judged(master_weights(), "ratio");
  EXPECT_EQ(ratio.measured, 2048.0);
  EXPECT_THAT(ratio.reason, HasSubstr("section 3.1, an update 2048 times smaller"));
}

TEST(PaperClaims, NothingMeasuredAndNoNumberFailEveryStatement) {
  for (auto one : all()) {
    one.measurements = Json::object();
    for (const auto& record : judge_experiment(one)) {
      EXPECT_EQ(record.verdict, Verdict::kFail) << record.claim;
    }
  }
}

/// Every number of a document in turn becomes null: the statements that look at it must not pass
/// for that, and none may throw.
void erase_each_number(Json& part, const Experiment& whole, int& erased) {
  for (auto& value : part) {
    if (value.is_structured()) {
      erase_each_number(value, whole, erased);
    } else if (value.is_number()) {
      const Json kept = value;
      value = nullptr;
      EXPECT_NO_THROW(judge_experiment(whole));
      value = kept;
      ++erased;
    }
  }
}

TEST(PaperClaims, AnyNumberMayBeMissing) {
  int erased = 0;
  for (auto one : all()) erase_each_number(one.measurements, one, erased);
  EXPECT_GT(erased, 100);
}

TEST(PaperClaims, WhatIsNotSeenFails) {
  Experiment one = master_weights();
  one.measurements["constructed"]["above_lost"] = 1;
  EXPECT_EQ(judged(one, "ratio").verdict, Verdict::kFail);
  one = master_weights();
  one.measurements["start"]["below_2048"]["lost"] = 1;
  EXPECT_EQ(judged(one, "boundary").verdict, Verdict::kFail);
  one.measurements["published"]["all_steps"]["share"] = 0.04;
  EXPECT_EQ(judged(one, "updates-vanish").verdict, Verdict::kFail);
  one.measurements["published"]["after"]["stuck_share"] = 0.0;
  EXPECT_EQ(judged(one, "half-stands-still").verdict, Verdict::kFail);
  one.measurements["published"]["masters"]["moved"] = 50;
  EXPECT_EQ(judged(one, "masters-move").verdict, Verdict::kFail);
}

TEST(PaperClaims, AScaleThatRescuesNothingOrOverflowsFails) {
  Experiment one = loss_scaling();
  one.measurements["start"]["weights"]["scaled"]["zero_in_half"] = 0.3;
  EXPECT_EQ(judged(one, "scaling-rescues").verdict, Verdict::kFail);
  one = loss_scaling();
  one.measurements["start"]["weights"]["scaled"]["non_finite_in_half"] = 1;
  EXPECT_EQ(judged(one, "scaling-rescues").verdict, Verdict::kFail);
  for (const auto* phase : {"start", "published"}) {
    one.measurements[phase]["activations"]["unscaled"]["zero_in_half"] = 0.01;
  }
  EXPECT_EQ(judged(one, "activation-grads").verdict, Verdict::kFail);
  EXPECT_EQ(judged(one, "flush-threshold").verdict, Verdict::kFail);
  one.measurements["published"]["logits"][0]["max_abs"] = 0.26;
  EXPECT_EQ(judged(one, "logit-bound").verdict, Verdict::kFail);
}

TEST(PaperClaims, SumsThatAreAsGoodInHalfOrAsBadInFp32Fail) {
  Experiment one = accumulation();
  one.measurements["dot_products"][1]["half_error"] = 0.0004;
  EXPECT_EQ(judged(one, "dot-products").verdict, Verdict::kFail);
  one = accumulation();
  one.measurements["dot_products"][0]["single_error"] = 0.001;
  EXPECT_EQ(judged(one, "dot-products").verdict, Verdict::kFail);
  one.measurements["statistics"][1]["single_mean"] = 0.0625;
  EXPECT_EQ(judged(one, "statistics").verdict, Verdict::kFail);
  one.measurements["activations"]["single_off"] = 1;
  EXPECT_EQ(judged(one, "activations").verdict, Verdict::kFail);
  one.measurements["kernels"]["sum_of_ones"]["measured"] = 2048;
  EXPECT_EQ(judged(one, "kernels").verdict, Verdict::kFail);
}

TEST(PaperClaims, AScaleThatNeverSettlesOrWeightsThatComeBackFail) {
  Experiment one = overflow();
  one.measurements["runs"]["grad-scaler"]["last_skipped"] = 8;
  EXPECT_EQ(judged(one, "dynamic-recovers").verdict, Verdict::kFail);
  one = overflow();
  one.measurements["runs"]["unguarded"]["trace"][9]["loss"] = 3.0;
  EXPECT_EQ(judged(one, "unguarded-ruins").verdict, Verdict::kFail);
  one.measurements["runs"]["unguarded"]["first_ruined"] = -1;
  EXPECT_EQ(judged(one, "unguarded-ruins").verdict, Verdict::kFail);
  one.measurements["runs"]["guarded"]["ruined"] = 1;
  EXPECT_EQ(judged(one, "check-protects").verdict, Verdict::kFail);
  one.measurements["runs"]["row"]["overflows"] = 1;
  EXPECT_EQ(judged(one, "own-scale-holds").verdict, Verdict::kFail);
  one.measurements["runs"]["mmcv-dynamic"]["overflows"] = 0;
  EXPECT_EQ(judged(one, "too-large-scale").verdict, Verdict::kFail);
}

TEST(PaperClaims, WhatCouldNotBeMadeIsSkippedOrFailsStatementByStatement) {
  Experiment one = overflow();
  one.status = RunStatus::kSkipped;
  one.reason = "no data: none here";
  EXPECT_EQ(judged(one, "own-scale-holds").verdict, Verdict::kSkipped);
  one.status = RunStatus::kError;
  EXPECT_EQ(judged(one, "own-scale-holds").verdict, Verdict::kFail);
  const auto failed = fail_experiment("overflow", "fcn", "gone");
  ASSERT_EQ(failed.size(), judge_experiment(one).size());
  EXPECT_EQ(failed[0].verdict, Verdict::kFail);
  EXPECT_THAT(failed[0].reason, HasSubstr("gone"));
  one.name = "overflows";
  EXPECT_THROW(judge_experiment(one), Error);
}

}  // namespace
}  // namespace harness
