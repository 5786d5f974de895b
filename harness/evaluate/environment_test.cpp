#include "harness/evaluate/environment.h"

#include <string>

#include <gtest/gtest.h>
#include <torch/cuda.h>
#include <torch/utils.h>
#include <torch/version.h>
#include <opencv2/core/utility.hpp>

namespace harness {
namespace {

TEST(Environment, NamesTheLibrariesAndThreads) {
  const int threads = torch::get_num_threads();
  torch::set_num_threads(3);
  const EnvironmentRecord environment = environment_record();
  ASSERT_TRUE(environment.library);
  const LibraryRecord& record = *environment.library;
  torch::set_num_threads(threads);
  EXPECT_EQ(record.libtorch, TORCH_VERSION);
  EXPECT_EQ(record.opencv, cv::getVersionString());
  EXPECT_EQ(record.threads, 3);
  EXPECT_EQ(record.interop_threads, at::get_num_interop_threads());
  EXPECT_EQ(record.onednn, at::hasMKLDNN());
  EXPECT_EQ(record.cpu_capability, at::get_cpu_capability());
  EXPECT_NE(record.convolution_kernel, "");
  EXPECT_EQ(environment.machine.cores, machine_record().cores);
  EXPECT_EQ(environment.build.commit, build_record().commit);
}

/// A switch of LibTorch that changes numbers, and where the record shows it.
struct Flag {
  std::string name;
  void (*set)(bool);
  bool (*shown)(const LibraryRecord&);
};

class EnvironmentFlag : public testing::TestWithParam<Flag> {};

TEST_P(EnvironmentFlag, IsFollowed) {
  const bool before = GetParam().shown(*environment_record().library);
  for (const bool value : {!before, before}) {
    GetParam().set(value);
    EXPECT_EQ(GetParam().shown(*environment_record().library), value);
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, EnvironmentFlag,
    testing::Values(
        Flag{"tf32_cublas", [](bool on) { at::globalContext().setAllowTF32CuBLAS(on); },
             [](const LibraryRecord& record) { return record.tf32.cublas; }},
        Flag{"tf32_cudnn", [](bool on) { at::globalContext().setAllowTF32CuDNN(on); },
             [](const LibraryRecord& record) { return record.tf32.cudnn; }},
        Flag{"cudnn", [](bool on) { at::globalContext().setUserEnabledCuDNN(on); },
             [](const LibraryRecord& record) { return record.cudnn.enabled; }},
        Flag{"cudnn_benchmark", [](bool on) { at::globalContext().setBenchmarkCuDNN(on); },
             [](const LibraryRecord& record) { return record.cudnn.benchmark; }},
        Flag{"cudnn_deterministic", [](bool on) { at::globalContext().setDeterministicCuDNN(on); },
             [](const LibraryRecord& record) { return record.cudnn.deterministic; }},
        Flag{"deterministic_algorithms",
             [](bool on) { at::globalContext().setDeterministicAlgorithms(on, false); },
             [](const LibraryRecord& record) { return record.deterministic_algorithms; }}),
    [](const auto& flag) { return flag.param.name; });

TEST(LibraryVersions, AreThoseOfTheLoadedLibraries) {
  const Json versions = library_versions();
  EXPECT_EQ(versions.at("OpenCV"), environment_record().library->opencv);
  const std::string torch = versions.at("LibTorch");
  const std::string headers = environment_record().library->libtorch;
  // "2.11.0+cu130 1f2e3d4c5b6a": a wheel's own version may say more than its headers.
  EXPECT_EQ(torch.substr(0, headers.size()), headers);
  EXPECT_EQ(torch.size() - torch.rfind(' ') - 1, 12U);
  EXPECT_EQ(versions.contains("CUDA"), torch::cuda::is_available());
  EXPECT_EQ(library_versions(), versions);
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
