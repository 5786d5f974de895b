#include "harness/history/run_parts.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/json.h"
#include "harness/record/evaluation_record.h"

namespace harness {
namespace {
using testing::Contains;
using testing::ElementsAre;
using testing::Key;
using testing::Not;
using testing::Pair;

RunResult result_on_gpu() {
  RunResult result;
  result.row = "fcn";
  result.stage = "evaluate";
  result.precision = "fp16";
  result.device = "cuda";
  result.digests = {{"checkpoint", "0123456789abcdef"}};
  result.environment.gpu.emplace();
  result.environment.gpu->name = "NVIDIA H200";
  result.environment.gpu->driver = "580.65.06";
  result.environment.gpu->cuda = 13010;
  result.environment.gpu->cudnn = 91903;
  result.environment.library.emplace();
  result.environment.library->libtorch = "2.11.0";
  result.environment.library->cudnn.enabled = true;
  EvaluationRecord record;
  record.images = 2;
  record.pixels = 10;
  record.confusion = {{4, 1}, {2, 3}};
  result.measurements = record_to_json(record);
  return result;
}

JobRecord job_on(const std::string& device) {
  JobRecord job;
  job.device = device;
  job.suite_digest = "feedbeef00";
  job.environment.machine.cpu = "AMD EPYC";
  job.environment.machine.cores = 2;
  job.environment.build.commit = "c0ffee";
  return job;
}

TEST(RunParts, AreThoseOfJobAndResults) {
  const Parts parts = parts_of(job_on("cuda"), {result_on_gpu()});
  for (const auto& [name, value] : Parts{{"driver", "580.65.06"},
                                         {"CUDA", "13.1"},
                                         {"cuDNN", "9.19.3"},
                                         {"LibTorch", "2.11.0"},
                                         {"GPU", "NVIDIA H200"},
                                         {"switches", "cuDNN"},
                                         {"CPU", "AMD EPYC"},
                                         {"cores", "2"},
                                         {"commit", "c0ffee"},
                                         {"suite", "feedbeef"},
                                         {"checkpoint of fcn", "01234567"}}) {
    EXPECT_EQ(part_of(parts, name), value) << name;
  }
  EXPECT_THAT(parts, Not(Contains(Key("card")))) << "what is not known is no part";
  EXPECT_EQ(parts.front().first, "driver");
  EXPECT_EQ(part_of(parts, "no such part"), "");
}

TEST(RunParts, ACommitWithChangesIsAnother) {
  JobRecord job = job_on("cpu");
  job.environment.build.dirty = true;
  EXPECT_EQ(part_of(parts_of(job, {}), "commit"), "c0ffee with changes");
}

TEST(RunParts, ResultsThatDifferAreBothThere) {
  RunResult other = result_on_gpu();
  other.environment.gpu->driver = "590.10";
  const Parts parts = parts_of(job_on("cuda"), {result_on_gpu(), other, result_on_gpu()});
  EXPECT_EQ(part_of(parts, "driver"), "580.65.06 and 590.10");
}

TEST(RunParts, OtherLabelsAreOtherData) {
  RunResult other = result_on_gpu();
  EvaluationRecord record = measurements_of<EvaluationRecord>(other);
  record.confusion = {{3, 2}, {1, 4}};  // Other predictions of the same labels.
  other.measurements = record_to_json(record);
  const auto data = [](const RunResult& result) {
    return part_of(parts_of(job_on("cuda"), {result}), "data of fcn");
  };
  EXPECT_EQ(data(other), data(result_on_gpu()));
  EXPECT_THAT(data(other), testing::StartsWith("2 images, 10 pixels, labels "));
  record.confusion = {{4, 2}, {1, 3}};
  other.measurements = record_to_json(record);
  EXPECT_NE(data(other), data(result_on_gpu()));
}

TEST(RunParts, HardwareIsTheGpuOrElseTheProcessor) {
  EXPECT_EQ(hardware_of(job_on("cuda"), {result_on_gpu()}), "NVIDIA H200");
  EXPECT_EQ(hardware_of(job_on("cuda"), {}), "a GPU that no result names");
  EXPECT_EQ(hardware_of(job_on("cpu"), {}), "AMD EPYC, 2 cores");
}

}  // namespace
}  // namespace harness
