#include "harness/judge/rules/retrained/trainings.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/judge/claims.h"
#include "harness/table/claim_kind.h"
#include "harness/testing/trainings.h"

namespace harness {
namespace {

using testing::AllOf;
using testing::HasSubstr;

Finding count_them(const TrainingRecords& records) {
  return pass_or_fail(true, records.size(), "all finished");
}

Finding judged(const Trained& trained, Schedule schedule = Schedule::kWhole) {
  return judge_trainings(trained.context(), "fp16", schedule, count_them);
}

Trained three() {
  Trained trained("retrain.miou", 52.05);
  trained.add("fp16", {50.0, 51.0, 52.0});
  trained.add("fp32", {60.0});
  return trained;
}

void change(RunResult& result, const std::function<void(TrainingRecord&)>& edit) {
  auto record = measurements_of<TrainingRecord>(result);
  edit(record);
  result.measurements = record_to_json(record);
}

TEST(Trainings, ARuleGetsAllOfThePrecisionBySeed) {
  const auto finding = judge_trainings(
      three().context(), "fp16", Schedule::kWhole,
      [](const TrainingRecords& records) { return pass_or_fail(true, records.at(1).miou, ""); });
  EXPECT_EQ(finding.measured, 51.0);
  EXPECT_EQ(finding.precision, "fp16");
  EXPECT_EQ(judged(three()).measured, 3);
}

TEST(Trainings, OfSeveralSettingsAreNotJudgedTogether) {
  const std::pair<const char*, void (*)(RunResult&)> settings[] = {
      {"library/libtorch", [](auto& result) { result.environment.library->libtorch = "1.5.0"; }},
      {"build/commit", [](auto& result) { result.environment.build.commit = "another"; }},
      {"library/cudnn/enabled",
       [](auto& result) { result.environment.library->cudnn.enabled = true; }}};
  for (const auto& [text, change_setting] : settings) {
    auto trained = three();
    change_setting(trained.results[1]);
    EXPECT_EQ(judged(trained).verdict, Verdict::kFail);
    EXPECT_FALSE(judged(trained).compared);
    EXPECT_THAT(judged(trained).reason, AllOf(HasSubstr("seed 1"), HasSubstr(text)));
  }
}

TEST(Trainings, BothPrecisionsAreOfOneSetting) {
  auto trained = three();
  const auto both = [&] {
    return judge_both_trainings(
        trained.context(), "fp16", Schedule::kWhole,
        [](const TrainingRecords& half, const TrainingRecords&) { return count_them(half); });
  };
  EXPECT_EQ(both().verdict, Verdict::kPass) << both().reason;
  trained.results[3].environment.library->libtorch = "1.5.0";
  EXPECT_THAT(both().reason, AllOf(HasSubstr("fp32"), HasSubstr("library/libtorch")));
  EXPECT_EQ(both().verdict, Verdict::kFail);
  EXPECT_EQ(judged(trained).verdict, Verdict::kPass) << "those in half alone are of one";
}

TEST(Trainings, OneThatDiedFailsAndIsNamed) {
  auto trained = three();
  trained.add_failed("fp16", 3, "worker: killed by signal 9");
  trained.add_failed("fp16", 4, "worker: no sign of life for 600 s");
  for (const auto schedule : {Schedule::kAny, Schedule::kWhole}) {
    const auto finding = judged(trained, schedule);
    EXPECT_EQ(finding.verdict, Verdict::kFail);
    EXPECT_FALSE(finding.compared);
    EXPECT_THAT(finding.reason, AllOf(HasSubstr("3 of 5 trainings"),
                                      HasSubstr("seed 3: worker: killed by signal 9"),
                                      HasSubstr("seed 4: worker: no sign of life")));
  }
}

TEST(Trainings, EveryClaimThatTheyBearFailsWhenOneDied) {
  for (const auto& kind : claim_kinds()) {
    if (kind.evidence != "retrained" || kind.id == "retrain.lockstep") continue;
    Trained trained(std::string(kind.id).c_str(),
                    kind.value == ClaimKind::Value::kText ? Json("fp16-master") : Json(0));
    trained.claim.tolerance = Tolerance{100.0, 0.0, "whatever"};
    trained.add("fp16", {50.0, 50.0, 50.0});
    trained.add("fp32", {50.0, 50.0, 50.0, 50.0});
    trained.add_failed("fp16", 3, "killed");
    const auto record = judge_claim({trained.row, trained.claim, trained.results, trained.scope});
    EXPECT_EQ(record.verdict, Verdict::kFail) << kind.id;
    EXPECT_THAT(record.reason, HasSubstr("3 of 4")) << kind.id;
  }
}

TEST(Trainings, OneThatWasLeftOutAmongOthersFails) {
  auto trained = three();
  trained.results[1].status = RunStatus::kSkipped;
  trained.results[1].reason = "no gpu: none is there";
  EXPECT_EQ(judged(trained).verdict, Verdict::kFail);
  EXPECT_THAT(judged(trained).reason, HasSubstr("seed 1: no gpu"));
}

TEST(Trainings, AllLeftOutForWantOfDataAreASkip) {
  auto trained = three();
  for (auto& result : trained.results) {
    result.status = RunStatus::kSkipped;
    result.reason = "no data: nothing there";
  }
  EXPECT_EQ(judged(trained).verdict, Verdict::kSkipped);
  EXPECT_EQ(judged(trained).resource, "data");
}

TEST(Trainings, CutShortByRequestAreSkippedOnlyTogether) {
  auto trained = three();
  const auto cut = [](TrainingRecord& record) {
    record.iterations = record.asked_iterations = record.steps = 20;
    record.seconds = 1.0;
    set_miou(record, 50.0);
  };
  for (auto& result : trained.results) result.argv = {"halfproof", "run", "--iters", "20"};
  for (const std::size_t i : {0, 2}) trained.results[i].argv.clear();
  change(trained.results[1], cut);
  EXPECT_EQ(judged(trained).verdict, Verdict::kFail);
  EXPECT_THAT(judged(trained).reason, HasSubstr("seed 1: 20 of 600 iterations"));
  EXPECT_EQ(judged(trained, Schedule::kAny).verdict, Verdict::kPass);
  for (const std::size_t i : {0, 2}) {
    trained.results[i].argv = trained.results[1].argv;
    change(trained.results[i], cut);
  }
  EXPECT_EQ(judged(trained).verdict, Verdict::kSkipped);
  EXPECT_EQ(judged(trained, Schedule::kAny).verdict, Verdict::kPass);
}

TEST(Trainings, OneThatStoppedBeforeItsEndFailed) {
  auto trained = three();
  change(trained.results[2], [](TrainingRecord& record) {
    record.iterations = 599;
    set_miou(record, 50.0);
  });
  EXPECT_EQ(judged(trained, Schedule::kAny).verdict, Verdict::kFail);
  EXPECT_THAT(judged(trained, Schedule::kAny).reason, HasSubstr("stopped after 599 of 600"));
}

TEST(Trainings, ARecordThatCannotBeReadFailsWithItsKey) {
  auto trained = three();
  trained.results[0].measurements["scale"].erase("min");
  EXPECT_EQ(judged(trained).verdict, Verdict::kFail);
  EXPECT_THAT(judged(trained).reason, HasSubstr("measurements.scale.min"));
  trained.results[0].measurements = Json::array({1});
  EXPECT_EQ(judged(trained).verdict, Verdict::kFail);
}

TEST(Trainings, OfAnotherRecipeAreNoneOfTheRow) {
  for (std::int64_t TrainingRecord::*const part :
       {&TrainingRecord::batch, &TrainingRecord::scheduled_iterations}) {
    auto trained = three();
    for (auto& result : trained.results) result.argv = {"halfproof", "run", "--iters", "600"};
    change(trained.results[2], [&](TrainingRecord& record) { record.*part += 1; });
    EXPECT_EQ(judged(trained, Schedule::kAny).verdict, Verdict::kFail);
    EXPECT_THAT(judged(trained, Schedule::kAny).reason, HasSubstr("by the row's recipe"));
    // A row that leaves it to the config.
    trained.row.recipe = Json::object();
    EXPECT_EQ(judged(trained, Schedule::kAny).verdict, Verdict::kFail);
    EXPECT_THAT(judged(trained, Schedule::kAny).reason, HasSubstr("expected one recipe"));
  }
  auto trained = three();
  change(trained.results[0], [](TrainingRecord& record) { record.scaler = "grad-scaler"; });
  EXPECT_THAT(judged(trained, Schedule::kAny).reason, HasSubstr("grad-scaler"));
}

TEST(Trainings, WhatTheSuiteDecidedAgainstTheConfigIsSaid) {
  auto trained = three();
  for (auto& result : trained.results) {
    change(result, [](TrainingRecord& record) { record.departures = {"lr 1 for the config's 2"}; });
  }
  EXPECT_THAT(judged(trained).reason, HasSubstr("all finished; with lr 1 for the config's 2"));
  change(trained.results[0], [](TrainingRecord& record) { record.departures.clear(); });
  EXPECT_EQ(judged(trained).verdict, Verdict::kFail);
}

TEST(Trainings, WithTheSameWeightsAreOne) {
  auto trained = three();
  trained.results[2].digests["weights"] = trained.results[0].digests["weights"];
  EXPECT_EQ(judged(trained, Schedule::kAny).verdict, Verdict::kFail);
  EXPECT_THAT(judged(trained, Schedule::kAny).reason,
              AllOf(HasSubstr("seed 0 and seed 2"), HasSubstr("one training")));
  trained.results[2].digests.clear();
  EXPECT_THAT(judged(trained, Schedule::kAny).reason, HasSubstr("seed 2: its trained weights"));
}

TEST(Trainings, InHalfWithTheWeightsOfFp32AreNone) {
  auto trained = three();
  const auto both = [&] {
    return judge_both_trainings(
        trained.context(), "fp16", Schedule::kAny,
        [](const TrainingRecords&, const TrainingRecords&) { return pass_or_fail(true, 0, ""); });
  };
  EXPECT_EQ(both().verdict, Verdict::kPass);
  trained.results.back().digests["weights"] = trained.results[1].digests["weights"];
  EXPECT_EQ(both().verdict, Verdict::kFail);
}

TEST(Trainings, MostOfWhoseStepsAStaticScaleSkippedLearntNothing) {
  for (const std::int64_t skipped : {300, 301}) {
    auto trained = three();
    change(trained.results[1], [&](TrainingRecord& record) {
      record.skipped = record.overflows = record.non_finite_steps = skipped;
      record.first_non_finite_step = 0;
      record.first_overflow = "overflow.json";
      for (std::int64_t i = 0; i < skipped; ++i) record.skipped_steps.push_back(i);
    });
    EXPECT_EQ(judged(trained).verdict, skipped > 300 ? Verdict::kFail : Verdict::kPass);
  }
}

TEST(Trainings, OfAnotherScalerAreNoneOfTheRow) {
  auto trained = three();
  for (auto& result : trained.results) {
    change(result, [](TrainingRecord& record) { record.scaler = "banana"; });
  }
  EXPECT_EQ(judged(trained, Schedule::kAny).verdict, Verdict::kFail);
  EXPECT_THAT(judged(trained, Schedule::kAny).reason, HasSubstr("expected the scaler static"));
}

TEST(Trainings, OfNoStepShowNothing) {
  auto trained = three();
  change(trained.results[1], [](TrainingRecord& record) {
    record.iterations = record.asked_iterations = record.steps = 0;
  });
  EXPECT_EQ(judged(trained, Schedule::kAny).verdict, Verdict::kFail);
}

/// All of its steps overflowed, and every overflow halved the scale.
void come_down(TrainingRecord& record) {
  record.scaler = "mmcv-dynamic";
  record.iterations = record.asked_iterations = record.steps = 4;
  record.seconds = 4.0 / record.iterations_per_second;
  record.skipped = record.overflows = record.non_finite_steps = 4;
  record.skipped_steps = {0, 1, 2, 3};
  record.first_non_finite_step = 0;
  record.scale = {64, 8, 8, 64, {{1, 32}, {2, 16}, {3, 8}}};
  set_miou(record, 2.0);
}

TEST(Trainings, OneThatWasCutShortWhileItsScaleCameDownHasShownNothingYet) {
  TrainingRecord record = training_record("fp16", 50.0);
  come_down(record);
  EXPECT_TRUE(is_coming_down(record));
  EXPECT_EQ(ruin_of(record), "");
  const std::pair<const char*, void (*)(TrainingRecord&)> kinds[] = {
      {"whole", [](auto& one) { one.scheduled_iterations = 4; }},
      {"fixed", [](auto& one) { one.scaler = "static"; }},
      {"at its end", [](auto& one) { one.scale.last = 1.0; }},
      {"stuck", [](auto& one) { one.scale.changes.clear(); }},
      {"rising", [](auto& one) { one.scale.last = 128.0; }}};
  for (const auto& [name, change_one] : kinds) {
    TrainingRecord other = record;
    change_one(other);
    EXPECT_FALSE(is_coming_down(other)) << name;
    EXPECT_THAT(ruin_of(other), HasSubstr("skipped")) << name;
  }
  auto trained = three();
  trained.row.arithmetic->scaler = ScalerOptions::defaults(ScalerType::kMmcvDynamic);
  for (auto& result : trained.results) {
    if (result.precision != "fp16") continue;
    result.argv = {"halfproof", "run", "--iters", "4"};
    change(result, come_down);
  }
  EXPECT_EQ(judged(trained).verdict, Verdict::kSkipped) << judged(trained).reason;
}

TEST(Trainings, OneThatLearntNothingIsRuined) {
  const std::pair<const char*, void (*)(TrainingRecord&)> kinds[] = {
      {"all 1,000 gradients",
       [](auto& record) {
         record.gradients = {1000, 1000, 0};
       }},
      {"subnormal in half",
       [](auto& record) {
         record.gradients = {1000, 400, 600};
       }},
      {"from 3 to 3", [](auto& record) { record.loss.last = record.loss.first; }},
      {"from 3 to 1e+30", [](auto& record) { record.loss.last = 1e30; }}};
  for (const auto& [text, change_one] : kinds) {
    TrainingRecord record = training_record("fp16", 50.0);
    change_one(record);
    EXPECT_THAT(ruin_of(record), HasSubstr(text));
  }
  TrainingRecord single = training_record("fp32", 50.0);
  single.gradients = {1000, 400, 600};
  EXPECT_EQ(ruin_of(single), "") << "FP32 holds them";
  single.loss.last = 1e30;
  single.scheduled_iterations = 900;
  EXPECT_EQ(ruin_of(single), "") << "it was cut short";
  single.iterations = single.scheduled_iterations = single.steps = 99;
  EXPECT_EQ(ruin_of(single), "") << "the loss of a few batches may rise";
  single.iterations = single.scheduled_iterations = single.steps = 100;
  EXPECT_NE(ruin_of(single), "");
}

TEST(Trainings, WithTheSameLossesAreOne) {
  auto trained = three();
  change(trained.results[2], [](TrainingRecord& record) { record.loss.first = 3.0; });
  EXPECT_EQ(judged(trained, Schedule::kAny).verdict, Verdict::kFail);
  EXPECT_THAT(judged(trained, Schedule::kAny).reason, HasSubstr("seed 0 and seed 2 began"));
}

TEST(Trainings, OneThatDivergedReachedNothingThatCouldBeCompared) {
  const std::pair<void (*)(TrainingRecord&), const char*> kinds[] = {
      {[](TrainingRecord& record) { record.non_finite_weights = 7; }, "7 weights"},
      {[](TrainingRecord& record) {
         record.non_finite_steps = record.applied_non_finite_steps = 2;
         record.first_non_finite_step = 5;
       },
       "2 steps"},
      {[](TrainingRecord& record) {
         record.skipped = record.overflows = record.non_finite_steps = record.steps;
         record.first_non_finite_step = 0;
         record.first_overflow = "overflow.json";
         for (std::int64_t i = 0; i < record.steps; ++i) record.skipped_steps.push_back(i);
       },
       "every step was skipped"}};
  for (const auto& [edit, words] : kinds) {
    Trained trained = three();
    change(trained.results.at(1), edit);
    const auto finding = judged(trained);
    EXPECT_EQ(finding.verdict, Verdict::kFail) << words;
    EXPECT_THAT(finding.reason, AllOf(HasSubstr("seed 1"), HasSubstr(words)));
    // What is judged of each training alone says it by itself.
    EXPECT_EQ(judged(trained, Schedule::kAny).verdict, Verdict::kPass);
  }
}

TEST(Trainings, OneOfAnotherArithmeticIsNoneOfThese) {
  Trained trained = three();
  change(trained.results.at(1), [](TrainingRecord& record) { record.policy = "fp32"; });
  const auto finding = judged(trained);
  EXPECT_EQ(finding.verdict, Verdict::kFail);
  EXPECT_THAT(finding.reason, AllOf(HasSubstr("seed 1"), HasSubstr("expected the arithmetic")));
}

TEST(Trainings, NoneIsAFailureWhereOneWasAskedFor) {
  Trained trained("retrain.miou", 52.05);
  EXPECT_EQ(judged(trained).verdict, Verdict::kFail);
  trained.scope.stages = {"evaluate"};
  EXPECT_EQ(judged(trained).verdict, Verdict::kSkipped);
  trained.scope.stages = {"train"};
  trained.scope.precisions = {"fp32"};
  EXPECT_EQ(judged(trained).verdict, Verdict::kSkipped);
}

TEST(Trainings, BothPrecisionsAreAccountedFor) {
  auto trained = three();
  const auto rule = [](const TrainingRecords& half, const TrainingRecords& single) {
    return pass_or_fail(true, half.size() * 10 + single.size(), "");
  };
  const auto judge = [&] {
    return judge_both_trainings(trained.context(), "fp16", Schedule::kAny, rule);
  };
  EXPECT_EQ(judge().measured, 31);
  trained.add_failed("fp32", 1, "killed");
  EXPECT_EQ(judge().verdict, Verdict::kFail);
  EXPECT_THAT(judge().reason, HasSubstr("1 of 2 trainings in fp32"));
}

TEST(Trainings, WithoutAnMiouAreNamed) {
  auto records = trainings({50.0, std::nan(""), 51.0});
  ASSERT_TRUE(missing_miou(records));
  EXPECT_THAT(missing_miou(records)->reason, HasSubstr("seed 1"));
  records[1].miou = 50.5;
  EXPECT_FALSE(missing_miou(records));
}

TEST(Trainings, AmbiguousIsMeasured) {
  const Finding finding = ambiguous(1.5, "too few");
  EXPECT_EQ(finding.verdict, Verdict::kAmbiguous);
  EXPECT_EQ(finding.measured, 1.5);
}

}  // namespace
}  // namespace harness
