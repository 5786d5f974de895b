#include "harness/judge/rules/retrained/scale_replay.h"

#include <cmath>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/testing/python_json.h"

namespace harness {
namespace {

using testing::HasSubstr;

constexpr std::int64_t kTraceSteps = 3000;

ScalerOptions scaler_of(const Json& trace) {
  Json scaler = trace.at("args");
  scaler["type"] = trace.at("scaler");
  return scaler_from_json(scaler, "scalers.json", "scaler");
}

/// A trace of the source's own scaler as a training would have recorded it.
TrainingRecord record_of(const Json& trace, const ScalerOptions& scaler) {
  TrainingRecord record;
  record.steps = kTraceSteps;
  record.skipped_steps = trace.at("overflow").get<std::vector<std::int64_t>>();
  record.skipped = static_cast<std::int64_t>(record.skipped_steps.size());
  record.scale.first = scaler.init_scale;
  double last = scaler.init_scale;
  for (const auto& change : trace.at("scale_after_step_changes")) {
    const double scale = python_number(change[1]);
    if (scale != last) record.scale.changes.push_back({change[0].get<std::int64_t>() + 1, scale});
    last = scale;
  }
  return record;
}

TEST(ScaleReplay, GivesEveryTraceOfTheSourcesDynamicScalers) {
  std::set<std::string> types;
  int traces = 0;
  for (const auto& trace : read_python_json("fixtures/minizoo/goldens/scalers.json")) {
    if (trace.at("args").contains("mode")) continue;
    const auto type = find_scaler_type(trace.at("scaler").get<std::string>());
    if (!type || !is_dynamic(*type)) continue;
    const ScalerOptions scaler = scaler_of(trace);
    EXPECT_EQ(scale_difference(record_of(trace, scaler), scaler), "") << trace.at("args");
    types.insert(std::string(to_string(scaler.type)));
    ++traces;
  }
  EXPECT_EQ(types.size(), 2U);
  EXPECT_GT(traces, 10);
}

/// GradScaler from 1024 that doubles after 2 clean steps; steps 0 and 1 overflow: 1024, 512, 256,
/// 256, 512, 512, 1024.
TrainingRecord backing_off() {
  TrainingRecord record;
  record.steps = 7;
  record.skipped = 2;
  record.skipped_steps = {0, 1};
  record.scale = {1024, 1024, 256, 1024, {{1, 512}, {2, 256}, {4, 512}, {6, 1024}}};
  return record;
}

const ScalerOptions kScaler{ScalerType::kGradScaler, 1024.0, 2.0, 0.5, 2};

TEST(ScaleReplay, NamesTheFirstStepThatDiffers) {
  EXPECT_EQ(scale_difference(backing_off(), kScaler), "");
  auto other = backing_off();
  other.scale.changes[2].scale = 1024;
  EXPECT_THAT(scale_difference(other, kScaler), HasSubstr("512 in step 4, found 1024"));
  other = backing_off();
  other.skipped_steps = {0, 2};
  EXPECT_THAT(scale_difference(other, kScaler), HasSubstr("512 in step 2, found 256"));
  other = backing_off();
  other.scale.first = NAN;
  EXPECT_THAT(scale_difference(other, kScaler), HasSubstr("in step 0"));
  auto slower = kScaler;
  slower.growth_interval = 3;
  EXPECT_NE(scale_difference(backing_off(), slower), "");
}

TEST(ScaleReplay, ARecordThatDoesNotShowAllSkipsIsNoProof) {
  auto cut = backing_off();
  cut.skipped = 5000;
  EXPECT_THAT(scale_difference(cut, kScaler), HasSubstr("only 2 of its 5,000 skipped steps"));
  auto disordered = backing_off();
  disordered.skipped_steps = {0, 1, 9};
  disordered.skipped = 3;
  EXPECT_THAT(scale_difference(disordered, kScaler), HasSubstr("outside of the training"));
}

}  // namespace
}  // namespace harness
