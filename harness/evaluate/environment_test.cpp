#include "harness/evaluate/environment.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

namespace harness {
namespace {

TEST(Environment, NamesTheLibrariesAndThreads) {
  const auto environment = environment_record();
  ASSERT_TRUE(environment.library.has_value());
  EXPECT_NE(environment.library->libtorch, "");
  EXPECT_NE(environment.library->opencv, "");
  EXPECT_NE(environment.library->convolution_kernel, "");
  EXPECT_EQ(environment.library->threads, torch::get_num_threads());
  EXPECT_EQ(environment.machine.cores, machine_record().cores);
  EXPECT_EQ(environment.build.commit, build_record().commit);
}

TEST(Environment, FollowsTheFlagsThatChangeNumbers) {
  auto& context = at::globalContext();
  const bool before = context.deterministicCuDNN();
  for (const bool deterministic : {true, false}) {
    context.setDeterministicCuDNN(deterministic);
    EXPECT_EQ(environment_record().library->cudnn.deterministic, deterministic);
  }
  context.setDeterministicCuDNN(before);
}

TEST(Environment, IsReadBackAsItWasWritten) {
  const Json value = record_to_json(environment_record());
  EXPECT_EQ(record_to_json(record_from_json<EnvironmentRecord>(value, "a.json")).dump(),
            value.dump());
}

TEST(Environment, ThereIsAGpuExactlyWhereLibTorchCanUseOne) {
  const auto environment = environment_record();
  ASSERT_EQ(environment.gpu.has_value(), torch::cuda::is_available());
  if (!environment.gpu) return;
  EXPECT_NE(environment.gpu->name, "");
  EXPECT_GT(environment.gpu->memory_bytes, 1 << 30);
  EXPECT_NE(environment.gpu->compute_capability, "");
  EXPECT_EQ(environment.gpu->devices, static_cast<std::int64_t>(torch::cuda::device_count()));
}

}  // namespace
}  // namespace harness
