#include "harness/judge/rules/retrained/training_recipe.h"

#include <cmath>
#include <functional>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/testing/trainings.h"

namespace harness {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

ExpectedTraining expected_one() {
  ExpectedTraining expected;
  expected.parameters = 500;
  expected.convolutions = 69;
  expected.norms = 59;
  expected.chance_loss = 2.9;
  return expected;
}

std::string other(const std::string& precision, const std::function<void(RunResult&)>& on_result,
                  const std::function<void(TrainingRecord&)>& on_record) {
  TrainingRecord record = training_record(precision, 50.0);
  record.gradients.looked_at = 1000;
  RunResult result = training_result(precision, 0, record);
  on_result(result);
  on_record(record);
  return other_training(result, record, expected_one());
}

const auto kNoResult = [](RunResult&) {};
const auto kNoRecord = [](TrainingRecord&) {};

TEST(TrainingRecipe, AWholeTrainingIsOne) {
  EXPECT_THAT(other("fp16", kNoResult, kNoRecord), IsEmpty());
  EXPECT_THAT(other("fp32", kNoResult, kNoRecord), IsEmpty());
}

TEST(TrainingRecipe, ItsLengthIsWhatTheJobAskedFor) {
  const auto cut = [](TrainingRecord& record) { record.asked_iterations = 20; };
  EXPECT_THAT(other("fp16", kNoResult, cut), HasSubstr("asked for 600 iterations, it for 20"));
  EXPECT_THAT(other(
                  "fp16",
                  [](auto& result) {
                    result.argv = {"--iters", "20"};
                  },
                  cut),
              IsEmpty());
  EXPECT_THAT(other(
                  "fp16",
                  [](auto& result) {
                    result.argv = {"--iters", "40"};
                  },
                  cut),
              HasSubstr("asked for 40"));
  EXPECT_THAT(other(
                  "fp16",
                  [](auto& result) {
                    result.argv = {"--iters", "900"};
                  },
                  kNoRecord),
              IsEmpty());
}

TEST(TrainingRecipe, ItSaysWhatComputedIt) {
  const auto no_library = [](RunResult& result) { result.environment.library.reset(); };
  EXPECT_THAT(other("fp16", no_library, kNoRecord), HasSubstr("library"));
  const auto no_gpu = [](RunResult& result) { result.device = "cuda"; };
  EXPECT_THAT(other("fp16", no_gpu, kNoRecord), HasSubstr("of no GPU"));
  for (bool Tf32Record::*const allowed : {&Tf32Record::cublas, &Tf32Record::cudnn}) {
    const auto rounds = [&](RunResult& result) {
      result.environment.library->tf32.*allowed = true;
    };
    EXPECT_THAT(other("fp32", rounds, kNoRecord), HasSubstr("TF32"));
    EXPECT_THAT(other("fp16", rounds, kNoRecord), IsEmpty());
  }
}

TEST(TrainingRecipe, EveryConvolutionRanInItsType) {
  const auto census = [](const std::string& kind, OperatorCounts::mapped_type types) {
    return [=](TrainingRecord& record) { (*record.census)[kind] = types; };
  };
  for (const std::string kind : {"convolution", "convolution_backward"}) {
    EXPECT_THAT(other("fp16", kNoResult, census(kind, {{"float32", 69}})),
                HasSubstr("ran in float32"));
    EXPECT_THAT(other("fp16", kNoResult, census(kind, {{"float16", 68}})), HasSubstr("has 68"));
    EXPECT_THAT(other("fp16", kNoResult, census(kind, {{"float16", 138}})), HasSubstr("has 138"));
    EXPECT_THAT(other("fp16", kNoResult, census(kind, {})), HasSubstr("no " + kind));
    EXPECT_THAT(other("fp32", kNoResult, census(kind, {{"float16", 69}})),
                HasSubstr("ran in float16"));
  }
  for (const std::int64_t norms : {58, 60, 70}) {
    EXPECT_THAT(other("fp16", kNoResult, census("batch_norm", {{"float16", norms}})),
                HasSubstr("59 layers"));
  }
  const auto of_both = [](TrainingRecord& record) {
    for (const char* kind : {"batch_norm", "batch_norm_backward"}) {
      (*record.census)[kind] = {{"float16", 29}, {"float32", 30}};
    }
  };
  EXPECT_THAT(other("fp16", kNoResult, of_both), IsEmpty());
  const auto none = [](TrainingRecord& record) { record.census.reset(); };
  EXPECT_THAT(other("fp16", kNoResult, none), HasSubstr("no census"));
}

TEST(TrainingRecipe, NormsAreDifferentiatedAsTheyRan) {
  const auto backward = [](OperatorCounts::mapped_type types) {
    return other("fp16", kNoResult, [=](TrainingRecord& record) {
      record.census->erase("batch_norm_backward");
      if (!types.empty()) (*record.census)["batch_norm_backward"] = types;
    });
  };
  EXPECT_THAT(backward({{"float16", 59}}), IsEmpty());
  EXPECT_THAT(backward({}), HasSubstr("0 of batch_norm_backward"));
  EXPECT_THAT(backward({{"float16", 1}}), HasSubstr("1 of batch_norm_backward"));
  EXPECT_THAT(backward({{"float64", 59}}), HasSubstr("batch_norm, by type"));
}

TEST(TrainingRecipe, LogitsAreResizedAndNothingElseIsCounted) {
  const auto with = [](const std::string& kind, OperatorCounts::mapped_type types) {
    return other("fp16", kNoResult,
                 [=](TrainingRecord& record) { (*record.census)[kind] = types; });
  };
  EXPECT_THAT(with("resize", {{"float16", 4}, {"float32", 2}, {"float64", 10}}), IsEmpty());
  EXPECT_THAT(with("resize_backward", {{"float32", 2}}), IsEmpty());
  EXPECT_THAT(with("resize", {}), HasSubstr("got 0"));
  EXPECT_THAT(with("resize", {{"float32", 1}}), HasSubstr("got 1"));
  EXPECT_THAT(with("resize", {{"bfloat16", 2}}), HasSubstr("resize ran in bfloat16"));
  EXPECT_THAT(with("resize_backward", {{"float32", 3}}), HasSubstr("3 of its gradient"));
  EXPECT_THAT(with("matmul", {{"float64", 50}}), HasSubstr("counts matmul"));
}

TEST(TrainingRecipe, GradientsAreThoseOfTheWholeModel) {
  const auto looked_at = [](std::int64_t elements) {
    return [=](TrainingRecord& record) { record.gradients = {elements, 0, 0}; };
  };
  EXPECT_THAT(other("fp16", kNoResult, looked_at(499)), HasSubstr("500 parameters"));
  EXPECT_THAT(other("fp16", kNoResult, looked_at(1)), HasSubstr("500 parameters"));
  EXPECT_THAT(other("fp16", kNoResult, looked_at(0)), IsEmpty());
}

TEST(TrainingRecipe, ItBeginsLikeADrawnNetwork) {
  const auto begin_with = [](double loss) {
    return other("fp16", kNoResult, [=](TrainingRecord& record) { record.loss.first = loss; });
  };
  EXPECT_THAT(begin_with(11.0), IsEmpty());
  EXPECT_THAT(begin_with(NAN), IsEmpty()) << "it overflowed";
  EXPECT_THAT(begin_with(12.0), HasSubstr("a drawn network has about 2.9"));
  EXPECT_THAT(begin_with(1e30), HasSubstr("its first loss"));
}

TEST(TrainingRecipe, ItsPeakHasRoomForItsState) {
  const auto with_peak = [](const std::string& precision, std::int64_t bytes) {
    return other(precision, kNoResult, [=](TrainingRecord& record) { record.peak_bytes = bytes; });
  };
  EXPECT_THAT(with_peak("fp16", 500 * (2 + 2 + 4 + 4)), IsEmpty());
  EXPECT_THAT(with_peak("fp16", 500 * (2 + 2 + 4 + 4) - 1), HasSubstr("a peak of 5999 bytes"));
  EXPECT_THAT(with_peak("fp32", 500 * (4 + 4)), IsEmpty());
  EXPECT_THAT(with_peak("fp32", 500 * (4 + 4) - 1), HasSubstr("a peak of 3999 bytes"));
}

TEST(TrainingRecipe, HalfAndFp32DifferInTheirArithmeticAlone) {
  const TrainingRecord half = training_record("fp16", 50.0);
  const TrainingRecord single = training_record("fp32", 51.0);
  EXPECT_THAT(other_than_arithmetic(half, single), IsEmpty());
  const std::pair<const char*, void (*)(TrainingRecord&)> kinds[] = {
      {"the losses of FP32", [](auto& record) { record.loss.first = 3.0; }},
      {"one recipe", [](auto& record) { record.departures = {"lr 0.5 for the config's 0.05"}; }},
      {"one recipe", [](auto& record) { record.batch = 8; }},
      {"one recipe", [](auto& record) { record.scheduled_iterations = 900; }}};
  for (const auto& [text, change] : kinds) {
    TrainingRecord changed = single;
    change(changed);
    EXPECT_THAT(other_than_arithmetic(half, changed), HasSubstr(text));
  }
}

TEST(TrainingRecipe, TrainingsOfTwoSettingsAreNamed) {
  Trained trained("retrain.memory", 0.6);
  trained.add("fp16", {50.0, 51.0});
  trained.add("fp32", {50.0});
  const auto mixed = [&](const std::set<std::string>& precisions) {
    return mixed_settings(trained.context(), precisions);
  };
  EXPECT_THAT(mixed({"fp16", "fp32"}), IsEmpty());
  trained.results[2].environment.gpu.emplace().name = "NVIDIA A10";
  EXPECT_THAT(mixed({"fp16"}), IsEmpty());
  EXPECT_THAT(mixed({"fp16", "fp32"}), HasSubstr("train in fp32, seed 0"));
  trained.results[2].environment.gpu.reset();
  trained.results[1].environment.library->libtorch = "1.5.0";
  EXPECT_THAT(mixed({"fp16"}), HasSubstr("train in fp16, seed 1"));
  EXPECT_THAT(mixed({"fp32"}), IsEmpty());
}

}  // namespace
}  // namespace harness
