// Trainings of twelve steps in every policy and with every scaler, on the CPU.

#include <string>

#include <gtest/gtest.h>

#include "harness/precision/half_convolution.h"
#include "harness/testing/golden_training.h"

namespace harness {
namespace {

class GoldenTrainingOnTheCpu : public testing::TestWithParam<std::string> {
 protected:
  GoldenTrainingOnTheCpu() {
    register_half_convolution();
    // Tests share the machine: two threads that wait for each other are slower than one.
    torch::set_num_threads(1);
  }
};

TEST_P(GoldenTrainingOnTheCpu, IsAsCloseToFp64AsTheReference) {
  GoldenTraining training(GetParam(), torch::kCPU);
  EXPECT_EQ(training.entries().size(), 8U);
  for (const auto& entry : training.entries()) {
    SCOPED_TRACE(entry.at("final"));
    training.compare(entry);
  }
  EXPECT_GT(training.compared(), 8U * 200U);
}

INSTANTIATE_TEST_SUITE_P(Minizoo, GoldenTrainingOnTheCpu,
                         testing::Values("fcn", "pspnet", "deeplabv3", "deeplabv3plus"),
                         [](const auto& row) { return row.param; });

}  // namespace
}  // namespace harness
