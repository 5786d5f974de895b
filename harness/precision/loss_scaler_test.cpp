#include "harness/precision/loss_scaler.h"

#include <cmath>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/testing/python_json.h"

namespace harness {
namespace {

constexpr std::int64_t kTraceSteps = 3000;

ScalerOptions options_of(const Json& trace) {
  Json scaler = trace.at("args");
  scaler["type"] = trace.at("scaler");
  scaler.erase("mode");
  return scaler_from_json(scaler, "scalers.json", "args");
}

Json golden_state(const Json& trace) {
  Json state = trace.at("state");
  for (auto& value : state) {
    if (value == "Infinity") value = std::numeric_limits<double>::infinity();
  }
  return state;
}

/// Runs a trace from `first` on and compares the scale after every step.
void follow(LossScaler& scaler, const Json& trace, std::int64_t first) {
  const auto overflow = trace.at("overflow").get<std::set<std::int64_t>>();
  double expected = 0.0;
  std::size_t change = 0;
  const Json& changes = trace.at("scale_after_step_changes");
  for (std::int64_t step = 0; step < kTraceSteps; ++step) {
    if (change < changes.size() && changes[change][0].get<std::int64_t>() == step) {
      expected = python_number(changes[change++][1]);
    }
    if (step < first) continue;
    scaler.update(overflow.contains(step));
    ASSERT_EQ(scaler.scale(), expected) << "after step " << step;
  }
  EXPECT_EQ(change, changes.size());
}

TEST(LossScaler, TakesEveryStepOfEveryTraceOfTheSource) {
  const Json traces = read_python_json("fixtures/minizoo/goldens/scalers.json");
  std::set<std::string> types;
  for (const auto& trace : traces) {
    SCOPED_TRACE(trace.at("scaler").dump() + " " + trace.at("args").dump());
    LossScaler scaler(options_of(trace));
    follow(scaler, trace, 0);
    EXPECT_EQ(scaler.state(), golden_state(trace));
    types.insert(trace.at("scaler"));
  }
  EXPECT_EQ(traces.size(), 32U);
  EXPECT_EQ(types.size(), 4U);
}

TEST(LossScaler, GoesOnWhereItsSavedStateLeftOff) {
  const Json traces = read_python_json("fixtures/minizoo/goldens/scalers.json");
  ASSERT_FALSE(traces.empty());
  for (const auto& trace : traces) {
    SCOPED_TRACE(trace.at("scaler").dump() + " " + trace.at("args").dump());
    const auto overflow = trace.at("overflow").get<std::set<std::int64_t>>();
    LossScaler before(options_of(trace));
    constexpr std::int64_t kStop = 1234;
    for (std::int64_t step = 0; step < kStop; ++step) before.update(overflow.contains(step));
    // Other arguments: what was saved wins.
    LossScaler after(ScalerOptions::defaults(before.type()));
    after.restore(before.state());
    follow(after, trace, kStop);
    EXPECT_EQ(after.state(), golden_state(trace));
  }
}

TEST(LossScaler, WithoutOneTheScaleIsOneWhateverHappens) {
  LossScaler scaler({});
  scaler.update(true);
  EXPECT_EQ(scaler.scale(), 1.0);
  EXPECT_EQ(scaler.state(), Json::object());
  EXPECT_NO_THROW(scaler.restore(Json::object()));
}

TEST(LossScaler, InvertsItsScaleInDoubleAndRoundsOnce) {
  LossScaler scaler({.type = ScalerType::kGradScaler, .init_scale = 3.0});
  EXPECT_EQ(scaler.inverse_scale(), static_cast<double>(static_cast<float>(1.0 / 3.0)));
}

TEST(LossScaler, RefusesArgumentsThatNoScaleCanHave) {
  constexpr auto kInfinity = std::numeric_limits<double>::infinity();
  for (const double scale : {0.0, -1.0, kInfinity, std::nan("")}) {
    EXPECT_THROW(LossScaler({.type = ScalerType::kStatic, .init_scale = scale}), Error) << scale;
  }
  EXPECT_THROW(LossScaler({.type = ScalerType::kGradScaler, .init_scale = 1e39}), Error);
  EXPECT_THROW(LossScaler({.type = ScalerType::kGradScaler, .growth_factor = 0.5}), Error);
  EXPECT_THROW(LossScaler({.type = ScalerType::kGradScaler, .backoff_factor = 1.0}), Error);
  EXPECT_THROW(LossScaler({.type = ScalerType::kMmcvDynamic, .growth_interval = 0}), Error);
}

std::string failure_of(LossScaler scaler, const Json& state) {
  try {
    scaler.restore(state);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(LossScaler, NamesTheKeyOfAStateThatDoesNotFit) {
  const LossScaler mmcv(ScalerOptions::defaults(ScalerType::kMmcvDynamic));
  Json state = mmcv.state();
  state.erase("cur_iter");
  EXPECT_THAT(failure_of(mmcv, state), testing::HasSubstr("cur_iter: expected a value"));
  state = mmcv.state();
  state["cur_scale"] = nullptr;
  EXPECT_THAT(failure_of(mmcv, state),
              testing::HasSubstr("cur_scale: expected a number, got null"));
  state["cur_scale"] = -2.0;
  EXPECT_THAT(failure_of(mmcv, state), testing::HasSubstr("cur_scale"));
  state = mmcv.state();
  state["mode"] = "adaptive";
  EXPECT_THAT(failure_of(mmcv, state), testing::HasSubstr("got \"adaptive\""));
  state = mmcv.state();
  state["cur_iter"] = 1.5;
  EXPECT_THAT(failure_of(mmcv, state), testing::HasSubstr("cur_iter: expected an integer"));
}

TEST(LossScaler, RefusesTheStateOfAnotherScaler) {
  const LossScaler mmcv(ScalerOptions::defaults(ScalerType::kMmcvDynamic));
  const LossScaler grad(ScalerOptions::defaults(ScalerType::kGradScaler));
  EXPECT_THAT(failure_of(mmcv, grad.state()), testing::HasSubstr("scale: is no key"));
  EXPECT_THAT(failure_of(grad, mmcv.state()), testing::HasSubstr("cur_scale: is no key"));
  EXPECT_THAT(failure_of(LossScaler({}), grad.state()), testing::HasSubstr("is no key"));
  EXPECT_THAT(failure_of(grad, Json::array()), testing::HasSubstr("expected an object"));
}

}  // namespace
}  // namespace harness
