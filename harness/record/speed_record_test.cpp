#include "harness/record/speed_record.h"

#include <cmath>

#include <gtest/gtest.h>

#include "harness/base/error.h"

namespace harness {
namespace {

SpeedRecord speed() {
  SpeedRecord record;
  record.setup.layout = "contiguous";
  record.source.emplace().seconds = {0.5, 0.25};
  record.source->clocks.emplace().reasons["software power cap"] = 3;
  record.own.emplace().seconds = {{0.5}, {0.25, 0.75}};
  record.own->speedup.emplace().reference = "fp32";
  record.kernels.emplace().kernels.push_back({"nvjet_hsh", "aten::mm", "half tensor core", 2, 1.0});
  record.roof_before.emplace().half_tflops.best = 700.0;
  return record;
}

TEST(SpeedRecord, ComesBackFromJson) {
  const Json value = record_to_json(speed());
  EXPECT_EQ(value.at("own").at("seconds").dump(), "[[0.5],[0.25,0.75]]");
  EXPECT_TRUE(value.at("roof_after").is_null());
  const auto read = record_from_json<SpeedRecord>(value, "a.json");
  EXPECT_EQ(record_to_json(read).dump(), value.dump());
  EXPECT_TRUE(std::isnan(read.source->images_per_second));
  EXPECT_EQ(read.source->clocks->other_processes, std::nullopt);
}

TEST(SpeedRecord, AMissingPartIsRefused) {
  const Json whole = record_to_json(speed());
  for (const auto& [key, part] : whole.items()) {
    Json value = whole;
    value.erase(key);
    EXPECT_THROW(record_from_json<SpeedRecord>(value, "a.json"), Error) << key;
  }
}

}  // namespace
}  // namespace harness
