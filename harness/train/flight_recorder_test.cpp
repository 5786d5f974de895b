#include "harness/train/flight_recorder.h"

#include <cmath>

#include <gtest/gtest.h>

#include "harness/testing/minizoo_rows.h"

namespace harness {
namespace {

class FlightRecorderTest : public testing::Test {
 protected:
  FlightRecorderTest() : model_(minizoo_rows().at(0).model(Policy::kFp32)) {}

  /// Gradients of two tensors; `last` is put into the second.
  void see(FlightRecorder& recorder, std::int64_t step, double last) {
    const NamedTensors named = {{"first", torch::tensor({1.0F, -2.0F})},
                                {"second", torch::tensor({0.5F, static_cast<float>(last)})}};
    recorder.see_batch(torch::rand({1, 3, 64, 64}));
    recorder.see_gradients({named[0].second, named, 512.0}, step);
  }

  models::EncoderDecoder model_;
};

TEST_F(FlightRecorderTest, SaysNothingWhileAllIsFinite) {
  FlightRecorder recorder(model_);
  for (int step = 0; step < 20; ++step) see(recorder, step, 1.0);
  EXPECT_FALSE(recorder.report());
}

TEST_F(FlightRecorderTest, NamesWhatBrokeAndTheStepsBefore) {
  FlightRecorder recorder(model_);
  for (int step = 0; step < 20; ++step) see(recorder, step, 3.0);
  see(recorder, 20, INFINITY);
  see(recorder, 21, NAN);
  ASSERT_TRUE(recorder.report());
  const Json& report = *recorder.report();
  EXPECT_EQ(report.at("step"), 20);
  EXPECT_EQ(report.at("gradients").at("first"), "second");
  EXPECT_EQ(report.at("gradients").at("count"), 1);
  EXPECT_EQ(report.at("steps").size(), FlightRecorder::kSteps);
  EXPECT_EQ(report.at("steps").front().at("step"), 5);
  EXPECT_EQ(report.at("steps").front().at("gradients").at("second"), 3.0);
  EXPECT_TRUE(report.at("activations").at("first_layer").is_null());
}

TEST_F(FlightRecorderTest, NamesTheFirstLayerWhoseResultIsNotFinite) {
  const torch::NoGradGuard no_gradients;
  auto parameters = model_->named_parameters();
  parameters["backbone.layer2.0.conv1.weight"].fill_(INFINITY);
  FlightRecorder recorder(model_);
  see(recorder, 0, NAN);
  ASSERT_TRUE(recorder.report());
  EXPECT_EQ(recorder.report()->at("activations").at("first_layer"), "backbone.layer2.0.conv1");
}

}  // namespace
}  // namespace harness
