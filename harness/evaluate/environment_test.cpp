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

TEST(LibraryVersions, AreThoseOfTheLoadedLibraries) {
  const Json versions = library_versions();
  EXPECT_EQ(versions.at("OpenCV"), environment_record().at("opencv"));
  const std::string torch = versions.at("LibTorch");
  const std::string headers = environment_record().at("libtorch");
  // "2.11.0+cu130 1f2e3d4c5b6a": a wheel's own version may say more than its headers.
  EXPECT_EQ(torch.substr(0, headers.size()), headers);
  EXPECT_EQ(torch.size() - torch.rfind(' ') - 1, 12U);
  EXPECT_EQ(versions.contains("CUDA"), torch::cuda::is_available());
  EXPECT_EQ(library_versions(), versions);
}

TEST(Environment, TheGpuIsNullWhereThereIsNone) {
  EXPECT_EQ(environment_record().at("gpu").is_null(), !torch::cuda::is_available());
}

}  // namespace
}  // namespace harness
