// Trainings on CUDA: the same goldens as on the CPU, and the same bits twice. Skips, visibly,
// without a GPU.

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/file.h"
#include "harness/network/cuda_device.h"
#include "harness/precision/half_convolution.h"
#include "harness/precision/policy.h"
#include "harness/testing/golden_training.h"
#include "harness/testing/short_training.h"
#include "harness/train/nondeterminism_watch.h"
#include "harness/train/training_session.h"

namespace harness {
namespace {

class GpuTraining : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (!load_cuda().is_usable) GTEST_SKIP() << "no gpu: " << load_cuda().reason;
    register_half_convolution();
    use_exact_fp32();
  }

  /// Ten steps of the row, from the same seed each time.
  TrainingRequest request_for(const std::string& folder, const std::string& precision) {
    auto request = short_training(GetParam() + "_fp16", precision, 10, folder_.path() / folder);
    request.device = "cuda";
    return request;
  }

  TemporaryFolder folder_;
};

TEST_P(GpuTraining, IsAsCloseToFp64AsTheReference) {
  GoldenTraining training(GetParam(), torch::kCUDA);
  for (const auto& entry : training.entries()) {
    SCOPED_TRACE(entry.at("final"));
    training.compare(entry);
  }
  EXPECT_GT(training.compared(), 8U * 200U);
}

TEST_P(GpuTraining, TheSameSeedGivesTheSameBits) {
  for (const std::string precision : {"fp32", "fp16"}) {
    SCOPED_TRACE(precision);
    const auto first = request_for(precision + "-a", precision);
    const auto second = request_for(precision + "-b", precision);
    const auto outcome = TrainingSession(first).run();
    EXPECT_EQ(TrainingSession(second).run().weights, outcome.weights);
    EXPECT_EQ(read_file(first.folder / "steps.jsonl"), read_file(second.folder / "steps.jsonl"));
    EXPECT_THAT(outcome.record.nondeterministic_operators, testing::IsEmpty());
  }
}

INSTANTIATE_TEST_SUITE_P(Minizoo, GpuTraining,
                         testing::Values("fcn", "pspnet", "deeplabv3", "deeplabv3plus"),
                         [](const auto& row) { return row.param; });

TEST(GpuNondeterminism, TheWatchNamesAnOperatorWhoseGradientAddsInNoOrder) {
  if (!load_cuda().is_usable) GTEST_SKIP() << "no gpu: " << load_cuda().reason;
  NondeterminismWatch watch;
  const auto image = torch::rand({1, 2, 5, 6}, torch::kCUDA).requires_grad_();
  torch::upsample_bilinear2d(image, {10, 12}, false).sum().backward();
  EXPECT_THAT(watch.operators(), testing::Contains("upsample_bilinear2d_backward_out_cuda"));
}

}  // namespace
}  // namespace harness
