#include "harness/judge/rules/retrained/training_scale.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/judge/claims.h"
#include "harness/table/import/row_claims.h"
#include "harness/testing/trainings.h"

namespace harness {
namespace {

using testing::HasSubstr;

ExpectedScaling static_512() {
  return {512.0, ScalerOptions{.type = ScalerType::kStatic, .init_scale = 512.0}, std::nullopt};
}

TEST(RetrainedLossScale, StoodStillInEveryTrainingOrDidNot) {
  const struct {
    const char* name;
    void (*change)(TrainingRecord&);
    Verdict expected;
  } cases[] = {
      {"nothing", [](TrainingRecord&) {}, Verdict::kPass},
      {"first", [](TrainingRecord& record) { record.scale.first = 256; }, Verdict::kFail},
      {"min", [](TrainingRecord& record) { record.scale.min = 256; }, Verdict::kFail},
      {"max", [](TrainingRecord& record) { record.scale.max = 1024; }, Verdict::kFail},
      {"last", [](TrainingRecord& record) { record.scale.last = NAN; }, Verdict::kFail},
      {"scaler", [](TrainingRecord& record) { record.scaler = "grad-scaler-pinned"; },
       Verdict::kFail},
  };
  for (const auto& one : cases) {
    auto records = trainings({50.0, 51.0});
    one.change(records[1]);  // Not the first: every training counts.
    EXPECT_EQ(retrained_loss_scale(records, static_512()).verdict, one.expected) << one.name;
  }
}

TEST(RetrainedLossScale, SaysWhereTheScaleWentAndWhatWasLost) {
  auto records = trainings({50.0, 51.0});
  records[0].gradients = records[1].gradients = {1000, 1, 20};
  records[1].skipped = 1;
  records[1].scale.min = 256.0;
  records[1].scale.changes = {{3, 256.0}, {300, 512.0}};
  const auto finding = retrained_loss_scale(records, static_512());
  EXPECT_THAT(finding.reason, HasSubstr("1,200 steps, 1 of them skipped"));
  EXPECT_THAT(finding.reason, HasSubstr("scale between 256 and 512, 2 changes"));
  EXPECT_THAT(finding.reason, HasSubstr("0.1 % are 0 and 2 % subnormal in half"));
  EXPECT_EQ(retrained_loss_scale(records, {}).verdict, Verdict::kNotVerifiable);
}

TEST(RetrainedLossScale, AScaleUnderWhichGradientsVanishIsNone) {
  const struct {
    const char* name;
    GradientsRecord gradients;
    Verdict expected;
  } cases[] = {{"all flushed, as by 1e-30", {1000, 1000, 0}, Verdict::kFail},
               {"flushed or subnormal", {1000, 600, 400}, Verdict::kFail},
               {"as many subnormal as normal", {1000, 200, 400}, Verdict::kFail},
               {"more are normal", {1000, 200, 399}, Verdict::kPass},
               {"0 for another reason", {1000, 900, 0}, Verdict::kPass},
               {"nobody looked", {0, 0, 0}, Verdict::kAmbiguous}};
  for (const auto& one : cases) {
    auto records = trainings({50.0, 51.0});
    records[1].gradients = one.gradients;
    EXPECT_EQ(retrained_loss_scale(records, static_512()).verdict, one.expected) << one.name;
  }
}

TEST(RetrainedLossScale, AScaleUnderWhichEveryStepOverflowsIsNone) {
  auto records = trainings({50.0, 51.0});
  records[1].skipped = records[1].steps - 1;
  EXPECT_EQ(retrained_loss_scale(records, static_512()).verdict, Verdict::kPass);
  records[1].skipped = records[1].steps;
  EXPECT_EQ(retrained_loss_scale(records, static_512()).verdict, Verdict::kFail);
  // Unchecked, nothing is skipped.
  records[1].skipped = 0;
  records[1].non_finite_steps = records[1].steps;
  EXPECT_EQ(retrained_loss_scale(records, static_512()).verdict, Verdict::kFail);
}

TEST(RetrainedLossScale, GradScalerHoldsAFloat) {
  const double held = static_cast<float>(1e30);
  ASSERT_NE(held, 1e30);
  auto records = trainings({50.0});
  records[0].scaler = "grad-scaler";
  records[0].scale.first = held;
  const ExpectedScaling expected{
      1e30, ScalerOptions{.type = ScalerType::kGradScaler, .init_scale = 1e30}, std::nullopt};
  EXPECT_EQ(retrained_loss_scale(records, expected).verdict, Verdict::kPass);
  records[0].scale.first = 1e30;
  EXPECT_EQ(retrained_loss_scale(records, expected).verdict, Verdict::kFail);
  records[0].scaler = "mmcv-dynamic";
  const ExpectedScaling mmcv{
      1e30, ScalerOptions{.type = ScalerType::kMmcvDynamic, .init_scale = 1e30}, std::nullopt};
  EXPECT_EQ(retrained_loss_scale(records, mmcv).verdict, Verdict::kPass);
}

/// A training of 600 steps with GradScaler from 2^16: three overflows at the start, then none.
TrainingRecord recovered() {
  TrainingRecord record = training_record("fp16", 50.0);
  record.policy = "fp16-amp";
  record.scaler = "grad-scaler";
  record.skipped = record.overflows = record.non_finite_steps = 3;
  record.skipped_steps = {0, 1, 2};
  record.scale = {65536, 8192, 8192, 65536, {{1, 32768}, {2, 16384}, {3, 8192}}};
  return record;
}

ExpectedScaling grad_scaler() {
  return {65536.0, ScalerOptions{.type = ScalerType::kGradScaler, .init_scale = 65536.0},
          Tolerance{0.0125, 0.0, "some skips"}};
}

void skip_the_last(TrainingRecord& record, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t step = record.steps - count + i;
    record.skipped_steps.push_back(step);
    if (step + 1 < record.steps) {
      record.scale.last /= 2;
      record.scale.changes.push_back({step + 1, record.scale.last});
    }
  }
  record.skipped += count;
}

TEST(RetrainedRecovery, EveryCaseHasItsVerdict) {
  const struct {
    const char* name;
    void (*change)(TrainingRecord&);
    Verdict expected;
  } cases[] = {
      {"recovered", [](TrainingRecord&) {}, Verdict::kPass},
      {"a scale of its own", [](TrainingRecord& record) { record.scale.changes[1].scale = 20000; },
       Verdict::kFail},
      {"an overflow that it did not answer",
       [](TrainingRecord& record) { record.scale.changes.pop_back(); }, Verdict::kFail},
      {"another start", [](TrainingRecord& record) { record.scale.first = 32768; }, Verdict::kFail},
      {"a last scale that is not finite", [](TrainingRecord& record) { record.scale.last = NAN; },
       Verdict::kFail},
      {"a dead scale", [](TrainingRecord& record) { record.scale.last = 0.0; }, Verdict::kFail},
      {"another scaler", [](TrainingRecord& record) { record.scaler = "mmcv-dynamic"; },
       Verdict::kFail},
      {"one trial at the end", [](TrainingRecord& record) { skip_the_last(record, 1); },
       Verdict::kPass},
      {"backing off at the end", [](TrainingRecord& record) { skip_the_last(record, 4); },
       Verdict::kFail},
      {"backing off where it was cut short",
       [](TrainingRecord& record) {
         record.scheduled_iterations = 80000;
         skip_the_last(record, 4);
       },
       Verdict::kAmbiguous},
  };
  for (const auto& one : cases) {
    TrainingRecords records{{0, recovered()}, {1, recovered()}};
    one.change(records[1]);
    const auto finding = retrained_recovery(records, grad_scaler());
    EXPECT_EQ(finding.verdict, one.expected) << one.name << ": " << finding.reason;
  }
}

TEST(RetrainedRecovery, OfAStaticScaleIsNoQuestion) {
  EXPECT_EQ(retrained_recovery(trainings({50.0}), static_512()).verdict, Verdict::kFail);
  EXPECT_EQ(retrained_recovery(trainings({50.0}), {}).verdict, Verdict::kFail);
}

TEST(RetrainedSkips, TheLargestShareCounts) {
  TrainingRecords records{{0, recovered()}, {1, recovered()}};
  ExpectedScaling expected = grad_scaler();
  expected.value = 0.0;
  EXPECT_EQ(retrained_skips(records, expected).verdict, Verdict::kPass);
  EXPECT_EQ(retrained_skips(records, expected).measured, 0.005);
  for (const std::int64_t seed : {0, 1}) {
    TrainingRecords one_skips_more = records;
    one_skips_more[seed].skipped = 9;
    EXPECT_EQ(retrained_skips(one_skips_more, expected).verdict, Verdict::kFail) << seed;
  }
  expected.tolerance.reset();
  records[1].skipped = 3;
  EXPECT_EQ(retrained_skips(records, expected).verdict, Verdict::kFail);
}

/// The row's claims as `halfproof import` makes them.
std::vector<Claim> imported_claims(const Arithmetic& arithmetic) {
  PublishedRow published;
  published.id = sample::row().id;
  published.facts["config.iterations"] = {.value = 600};
  return claims_of_row(published, arithmetic, "overlay.json");
}

/// What a training under that scaler records when its steps `overflows` overflow.
TrainingRecord scaled_training(const ScalerOptions& scaler, double last,
                               const std::vector<ScaleChange>& changes,
                               const std::vector<std::int64_t>& overflows) {
  TrainingRecord record = training_record("fp16", 50.0);
  record.scaler = to_string(scaler.type);
  record.skipped_steps = overflows;
  record.skipped = static_cast<std::int64_t>(overflows.size());
  record.overflows = record.non_finite_steps = record.skipped;
  if (!overflows.empty()) {
    record.first_non_finite_step = overflows.front();
    record.first_overflow = "overflow.json";
  }
  record.scale = {scaler.init_scale, last, last, scaler.init_scale, changes};
  return record;
}

TEST(RetrainedScaling, EachScalerPassesFromItsTableToItsVerdict) {
  const struct {
    Json scaler;
    double last;
    std::vector<ScaleChange> changes;
    std::vector<std::int64_t> overflows;
    std::size_t claims;
  } cases[] = {
      {{{"type", "static"}, {"scale", 1024}}, 1024, {}, {}, 1},
      {{{"type", "grad-scaler-pinned"}}, 512, {}, {}, 1},
      {{{"type", "grad-scaler"}}, 16384, {{1, 32768}, {2, 16384}}, {0, 1}, 3},
      {{{"type", "mmcv-dynamic"}}, 0x1p30, {{1, 0x1p31}, {2, 0x1p30}}, {0, 1}, 3},
  };
  int judged_pairs = 0;
  for (const auto policy : {Policy::kFp16Master, Policy::kFp16Amp}) {
    for (const auto& one : cases) {
      const auto scaler = scaler_from_json(one.scaler, "suite.json", "scaler");
      const Arithmetic arithmetic{policy, scaler, {}};
      if (find_objection(arithmetic)) continue;
      ++judged_pairs;
      Trained trained("retrain.loss_scale", 0);
      trained.row.arithmetic = arithmetic;
      auto record = scaled_training(scaler, one.last, one.changes, one.overflows);
      record.policy = to_string(policy);
      trained.results = {training_result(std::string(facts(policy).precision), 0, record)};
      std::size_t judged = 0;
      for (const auto& claim : imported_claims(arithmetic)) {
        const bool is_about_scaling = claim.id.starts_with("retrain.loss_scale") ||
                                      claim.id == "retrain.skipped" || claim.id == "retrain.finite";
        if (!is_about_scaling) continue;
        trained.claim = claim;
        const auto verdict = judge_claim(trained.context());
        EXPECT_EQ(verdict.verdict, Verdict::kPass)
            << to_string(policy) << " " << one.scaler << " " << claim.id << ": " << verdict.reason;
        if (claim.id == "retrain.loss_scale") {
          EXPECT_EQ(verdict.measured, scaler.init_scale);
        }
        if (claim.id == "retrain.loss_scale.recovers") {
          EXPECT_EQ(verdict.measured, one.scaler.at("type"));
        }
        judged += claim.id == "retrain.finite" ? 0 : 1;
      }
      EXPECT_EQ(judged, one.claims) << one.scaler;
    }
  }
  EXPECT_GE(judged_pairs, 5);
}

}  // namespace
}  // namespace harness
