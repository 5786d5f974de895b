#include "harness/train/flight_recorder.h"

#include <cmath>

#include <gtest/gtest.h>

#include "harness/testing/minizoo_rows.h"

namespace harness {
namespace {

class FlightRecorderTest : public testing::Test {
 protected:
  FlightRecorderTest() : model_(minizoo_row("fcn_fp16").model(Policy::kFp32)) {}

  /// Gradients of two tensors; `last` is put into the second.
  void see(FlightRecorder& recorder, std::int64_t step, double last) {
    const NamedTensors named = {{"first", torch::tensor({1.0F, -2.0F})},
                                {"second", torch::tensor({0.5F, static_cast<float>(last)})}};
    recorder.see_batch(torch::rand({1, 3, 64, 64}));
    recorder.see_gradients({named[0].second, named, 512.0}, step);
  }

  /// What TrainingStep says after such a step.
  static StepRecord after(double loss, bool skipped) {
    StepRecord record;
    record.loss = loss;
    record.skipped = record.overflow = skipped;
    return record;
  }

  models::EncoderDecoder model_;
};

TEST_F(FlightRecorderTest, SaysNothingWhileAllIsFinite) {
  FlightRecorder recorder(model_, Policy::kFp32, /*skips_overflows=*/false);
  for (int step = 0; step < 20; ++step) see(recorder, step, 1.0);
  EXPECT_FALSE(recorder.failure());
}

TEST_F(FlightRecorderTest, NamesWhatBrokeAndTheStepsBefore) {
  FlightRecorder recorder(model_, Policy::kFp32, /*skips_overflows=*/false);
  for (int step = 0; step < 20; ++step) see(recorder, step, 3.0);
  see(recorder, 20, INFINITY);
  see(recorder, 21, NAN);
  ASSERT_TRUE(recorder.failure());
  const Json& report = *recorder.failure();
  EXPECT_EQ(report.at("step"), 20);
  EXPECT_EQ(report.at("gradients").at("first"), "second");
  EXPECT_EQ(report.at("gradients").at("count"), 1);
  EXPECT_EQ(report.at("steps").size(), FlightRecorder::kSteps);
  EXPECT_EQ(report.at("steps").front().at("step"), 5);
  EXPECT_EQ(report.at("steps").front().at("gradients").at("second"), 3.0);
  EXPECT_TRUE(report.at("activations").at("first_layer").is_null());
}

TEST_F(FlightRecorderTest, ReadsMagnitudesLaterWhereTheStepDoes) {
  FlightRecorder at_once(model_, Policy::kFp32, /*skips_overflows=*/false);
  FlightRecorder later(model_, Policy::kFp32, /*skips_overflows=*/false);
  for (const double last : {3.0, -7.0, static_cast<double>(NAN)}) {
    see(at_once, 0, last);
    const NamedTensors named = {{"first", torch::tensor({1.0F, -2.0F})},
                                {"second", torch::tensor({0.5F, static_cast<float>(last)})}};
    later.see_batch(torch::rand({1, 3, 64, 64}));
    std::vector<LaterRead> reads;
    later.see_gradients({named[0].second, named, 512.0, &reads}, 0);
    EXPECT_FALSE(later.failure());
    ASSERT_EQ(reads.size(), 1U);
    const auto* values = reads[0].values.const_data_ptr<double>();
    reads[0].see({values, values + reads[0].values.numel()});
  }
  ASSERT_TRUE(later.failure());
  EXPECT_EQ(later.failure()->at("steps"), at_once.failure()->at("steps"));
  EXPECT_EQ(later.failure()->at("gradients"), at_once.failure()->at("gradients"));
}

TEST_F(FlightRecorderTest, NamesTheFirstLayerWhoseResultIsNotFinite) {
  const torch::NoGradGuard no_gradients;
  auto parameters = model_->named_parameters();
  parameters["backbone.layer2.0.conv1.weight"].fill_(INFINITY);
  FlightRecorder recorder(model_, Policy::kFp32, /*skips_overflows=*/false);
  see(recorder, 0, NAN);
  ASSERT_TRUE(recorder.failure());
  EXPECT_EQ(recorder.failure()->at("activations").at("first_layer"), "backbone.layer2.0.conv1");
}

TEST_F(FlightRecorderTest, KeepsTheFirstDesignedOverflowApartAndWaitsForAFailure) {
  const torch::NoGradGuard no_gradients;
  FlightRecorder recorder(model_, Policy::kFp32, /*skips_overflows=*/true);
  see(recorder, 0, 1.0);
  for (const std::int64_t step : {1, 2}) {
    see(recorder, step, INFINITY);
    recorder.see_step(after(2.5, /*skipped=*/true));
  }
  ASSERT_TRUE(recorder.overflow());
  EXPECT_EQ(recorder.overflow()->at("step"), 1);
  EXPECT_EQ(recorder.overflow()->at("gradients").at("first"), "second");
  EXPECT_EQ(recorder.overflow()->at("weights").at("count"), 0);
  EXPECT_FALSE(recorder.failure());
  // A weight that is not finite is skipped for ever, and nothing mends it.
  see(recorder, 3, 1.0);
  model_->named_parameters()["backbone.layer2.0.conv1.weight"].view(-1)[0] = INFINITY;
  see(recorder, 4, NAN);
  recorder.see_step(after(NAN, /*skipped=*/true));
  ASSERT_TRUE(recorder.failure());
  EXPECT_EQ(recorder.failure()->at("step"), 4);
  EXPECT_EQ(recorder.failure()->at("weights").at("first"), "backbone.layer2.0.conv1.weight");
  EXPECT_EQ(recorder.failure()->at("steps").size(), 5u);
  EXPECT_EQ(recorder.overflow()->at("step"), 1);
}

TEST_F(FlightRecorderTest, ALossThatIsNotFiniteIsAFailureUnlessItsStepIsSkipped) {
  FlightRecorder recorder(model_, Policy::kFp32, /*skips_overflows=*/true);
  see(recorder, 0, 1.0);
  recorder.see_step(after(INFINITY, /*skipped=*/true));
  EXPECT_FALSE(recorder.failure());
  see(recorder, 1, 1.0);
  recorder.see_step(after(2.5, /*skipped=*/false));
  EXPECT_FALSE(recorder.failure());
  see(recorder, 2, 1.0);
  recorder.see_step(after(NAN, /*skipped=*/false));
  ASSERT_TRUE(recorder.failure());
  EXPECT_EQ(recorder.failure()->at("step"), 2);
  EXPECT_TRUE(recorder.failure()->at("gradients").at("first").is_null());
  EXPECT_FALSE(recorder.overflow());
}

}  // namespace
}  // namespace harness
