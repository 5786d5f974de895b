#include "harness/cli/result_comparison.h"

#include <functional>

#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/testing/speed_records.h"

namespace harness {
namespace {

/// Where a result of this stage and these measurements differs from the same one, changed.
std::string difference(const char* stage, const Json& measurements, const char* place,
                       const Json& value) {
  RunResult a;
  a.stage = stage;
  a.measurements = measurements;
  RunResult b = a;
  b.measurements[Json::json_pointer(place)] = value;
  return first_difference(a, b);
}

/// The same of two speed records, one of which was changed.
std::string difference(const std::function<void(SpeedRecord&)>& change) {
  const RunResult a = sample::speed();
  SpeedRecord record = sample::speed_record("fp16");
  change(record);
  RunResult b = a;
  b.measurements = record_to_json(record);
  return first_difference(a, b);
}

TEST(ResultComparison, TimesAndMemoryOfTheProcessAreNotCompared) {
  const Json measured = {{"seconds", 1.0},
                         {"data_seconds", 1.0},
                         {"iterations_per_second", 1.0},
                         {"peak_bytes", 1},
                         {"forward", {{"peak_bytes", 1}}},
                         {"seconds_per_image", {{"median", 1.0}, {"min", 1.0}, {"max", 1.0}}}};
  for (const char* place :
       {"/seconds", "/data_seconds", "/iterations_per_second", "/peak_bytes", "/forward/peak_bytes",
        "/seconds_per_image/median", "/seconds_per_image/min", "/seconds_per_image/max"}) {
    EXPECT_EQ(difference("evaluate", measured, place, 2.0), "") << place;
  }
}

TEST(ResultComparison, WhatIsNamedAlikeAndNoTimeIsCompared) {
  const Json measured = {{"scale", {{"min", 1.0}, {"max", 1.0}, {"median", 1.0}}},
                         {"peak", {{"bytes", 1}, {"kind", {{"relu", 1}}}}},
                         {"tensors", {{"bytes", 1}}},
                         {"seconds_per_image", {{"images", 1}, {"warmup", 1}}},
                         {"workspace_bytes", 1},
                         {"min", 1.0}};
  for (const char* place : {"/scale/min", "/scale/max", "/scale/median", "/peak/bytes",
                            "/peak/kind/relu", "/tensors/bytes", "/seconds_per_image/images",
                            "/seconds_per_image/warmup", "/workspace_bytes", "/min"}) {
    EXPECT_EQ(difference("memory", measured, place, 2), std::string("measurements") + place);
  }
}

TEST(ResultComparison, TimesOfTheStageSpeedAreNotCompared) {
  EXPECT_EQ(difference([](SpeedRecord&) {}), "");
  EXPECT_EQ(difference([](SpeedRecord& record) {
              sample::set_seconds(*record.source, std::vector<double>(195, 0.25));
              record.source->clocks.reset();
              record.own->clocks->samples = 7;
              sample::set_times(*record.own, {{0.1}, {0.2, 0.3}});
              sample::set_reference(*record.own, {{0.5}, {0.6}});
              record.own->warmup_seconds = 9.0;
              record.kernels->seconds.at("as recorded") = 9.0;
              record.kernels->kernels.at(1).seconds = 9.0;
              std::swap(record.kernels->kernels.at(0), record.kernels->kernels.at(1));
              record.roof_before->half_tflops = {50.0, 40.0, 5};
              record.image.peak_bytes = 301;
            }),
            "");
}

TEST(ResultComparison, HowManyImagesFoundTimeIsNotCompared) {
  EXPECT_EQ(difference([](SpeedRecord& record) { record.source->seconds.pop_back(); }), "");
  EXPECT_EQ(difference([](SpeedRecord& record) {
              record.source->warmup = 1;
              record.source->seconds.resize(1);
            }),
            "");
}

TEST(ResultComparison, WhatTheProgramDecidesOfTheStageSpeedIsCompared) {
  const std::function<void(SpeedRecord&)> changes[] = {
      [](SpeedRecord& record) { record.setup.height = 512; },
      [](SpeedRecord& record) { record.setup.layout = "channels-last"; },
      [](SpeedRecord& record) { record.image.convolution_flops *= 2; },
      [](SpeedRecord& record) { record.image.weights_bytes += 1; },
      [](SpeedRecord& record) { record.image.logits_non_finite = 1; },
      [](SpeedRecord& record) { record.source->wanted = 100; },
      [](SpeedRecord& record) { record.source->warmup = 6; },
      [](SpeedRecord& record) { record.source->seconds.push_back(0.1); },
      [](SpeedRecord& record) { record.source.reset(); },
      [](SpeedRecord& record) { record.own.reset(); },
      [](SpeedRecord& record) { record.own->speedup.reset(); },
      [](SpeedRecord& record) { record.own->speedup->reference = "fp64"; },
      [](SpeedRecord& record) { record.kernels->kernels[0].name += "x"; },
      [](SpeedRecord& record) { record.kernels->kernels[0].operation = "aten::add"; },
      [](SpeedRecord& record) { record.kernels->kernels[1].calls += 1; },
      [](SpeedRecord& record) { record.kernels->kernels.pop_back(); },
      [](SpeedRecord& record) { record.kernels->seconds["other"] = 0.1; },
      [](SpeedRecord& record) { record.kernels->absence = "no GPU"; },
      [](SpeedRecord& record) { record.kernels.reset(); },
      [](SpeedRecord& record) { record.roof_before->matrix_size = 4096; },
      [](SpeedRecord& record) { record.roof_before.reset(); }};
  for (std::size_t index = 0; index < std::size(changes); ++index) {
    EXPECT_NE(difference(changes[index]), "") << "change " << index;
  }
}

TEST(ResultComparison, MeasurementsThatAreNoneOfTheStageSpeedAreRefused) {
  RunResult a = sample::speed();
  a.measurements.erase("setup");
  try {
    first_difference(a, a);
    FAIL() << "expected an Error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kInvalidJson);
  }
}

}  // namespace
}  // namespace harness
