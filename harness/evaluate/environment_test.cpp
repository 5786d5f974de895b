#include "harness/evaluate/environment.h"

#include <string>

#include <gtest/gtest.h>
#include <torch/torch.h>
#include <torch/version.h>
#include <opencv2/core/utility.hpp>

namespace harness {
namespace {

TEST(Environment, NamesTheLibrariesAndThreads) {
  const int threads = torch::get_num_threads();
  torch::set_num_threads(3);
  const Json record = environment_record();
  torch::set_num_threads(threads);
  EXPECT_EQ(record.at("libtorch"), TORCH_VERSION);
  EXPECT_EQ(record.at("opencv"), cv::getVersionString());
  EXPECT_EQ(record.at("threads"), 3);
  EXPECT_EQ(record.at("interop_threads"), at::get_num_interop_threads());
  EXPECT_EQ(record.at("onednn"), at::hasMKLDNN());
  EXPECT_EQ(record.at("cpu_capability"), at::get_cpu_capability());
}

/// A switch of LibTorch that changes numbers, and where the record shows it.
struct Flag {
  std::string name;
  void (*set)(bool);
  bool (*shown)(const Json&);
};

class EnvironmentFlag : public testing::TestWithParam<Flag> {};

TEST_P(EnvironmentFlag, IsFollowed) {
  const bool before = GetParam().shown(environment_record());
  for (const bool value : {!before, before}) {
    GetParam().set(value);
    EXPECT_EQ(GetParam().shown(environment_record()), value);
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, EnvironmentFlag,
    testing::Values(
        Flag{"tf32_cublas", [](bool on) { at::globalContext().setAllowTF32CuBLAS(on); },
             [](const Json& record) { return record.at("tf32").at("cublas").get<bool>(); }},
        Flag{"tf32_cudnn", [](bool on) { at::globalContext().setAllowTF32CuDNN(on); },
             [](const Json& record) { return record.at("tf32").at("cudnn").get<bool>(); }},
        Flag{"cudnn", [](bool on) { at::globalContext().setUserEnabledCuDNN(on); },
             [](const Json& record) { return record.at("cudnn").at("enabled").get<bool>(); }},
        Flag{"cudnn_benchmark", [](bool on) { at::globalContext().setBenchmarkCuDNN(on); },
             [](const Json& record) { return record.at("cudnn").at("benchmark").get<bool>(); }},
        Flag{"cudnn_deterministic", [](bool on) { at::globalContext().setDeterministicCuDNN(on); },
             [](const Json& record) { return record.at("cudnn").at("deterministic").get<bool>(); }},
        Flag{"deterministic_algorithms",
             [](bool on) { at::globalContext().setDeterministicAlgorithms(on, false); },
             [](const Json& record) { return record.at("deterministic_algorithms").get<bool>(); }}),
    [](const auto& flag) { return flag.param.name; });

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
