#include "harness/record/training_record.h"

#include <cmath>

#include <gtest/gtest.h>

#include "harness/record/fields.h"

namespace harness {
namespace {

TrainingRecord full() {
  TrainingRecord record;
  record.policy = "fp16-amp";
  record.scaler = "grad-scaler";
  record.iterations = record.asked_iterations = 20;
  record.scheduled_iterations = 600;
  record.skipped = 2;
  record.skipped_steps = {0, 7};
  record.first_non_finite_step = 7;
  record.scale = {65536.0, 32768.0, 32768.0, 65536.0, {{1, 32768.0}}};
  record.validation = {{20, 50.0, 60.0, 80.0}};
  record.miou = 50.0;
  record.census = OperatorCounts{{"convolution", {{"float16", 69}}}};
  record.peak_bytes = 600000;
  record.flight = "flight.json";
  return record;
}

TEST(TrainingRecord, ComesBackFromTextAsItWas) {
  const Json written = record_to_json(full());
  const auto read = record_from_json<TrainingRecord>(parse_json(written.dump(), "text"), "text");
  EXPECT_EQ(record_to_json(read), written);
  EXPECT_EQ(read.skipped_steps, (std::vector<std::int64_t>{0, 7}));
  EXPECT_EQ(read.scale.changes.at(0).scale, 32768.0);
  EXPECT_EQ(read.census->at("convolution").at("float16"), 69);
  EXPECT_FALSE(read.is_whole());
}

TEST(TrainingRecord, WhatIsNotFiniteOrNotThereIsNull) {
  const Json empty = record_to_json(TrainingRecord());
  for (const auto* key : {"miou", "census", "peak_bytes", "first_non_finite_step", "flight"}) {
    EXPECT_TRUE(empty.at(key).is_null()) << key;
  }
  EXPECT_TRUE(std::isnan(record_from_json<TrainingRecord>(empty, "empty").miou));
}

TEST(TrainingRecord, AKeyThatIsMissingIsNamed) {
  Json cut = record_to_json(full());
  cut["scale"].erase("min");
  try {
    record_from_json<TrainingRecord>(cut, "train-fp16-seed0.json", "measurements");
    FAIL() << "expected an error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kInvalidJson);
    EXPECT_NE(std::string(error.what()).find("measurements.scale.min"), std::string::npos);
  }
}

}  // namespace
}  // namespace harness
