#include "harness/evaluate/environment.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

namespace harness {
namespace {

TEST(Environment, NamesTheLibrariesAndThreads) {
  const Json record = environment_record();
  EXPECT_NE(record.at("libtorch"), "");
  EXPECT_NE(record.at("opencv"), "");
  EXPECT_EQ(record.at("threads"), torch::get_num_threads());
}

TEST(Environment, FollowsTheFlagsThatChangeNumbers) {
  auto& context = at::globalContext();
  context.setDeterministicCuDNN(true);
  EXPECT_EQ(environment_record().at("cudnn").at("deterministic"), true);
  context.setDeterministicCuDNN(false);
  EXPECT_EQ(environment_record().at("cudnn").at("deterministic"), false);
}

TEST(Environment, TheGpuIsNullWhereThereIsNone) {
  EXPECT_EQ(environment_record().at("gpu").is_null(), !torch::cuda::is_available());
}

}  // namespace
}  // namespace harness
