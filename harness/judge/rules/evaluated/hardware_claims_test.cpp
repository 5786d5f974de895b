#include "harness/judge/rules/evaluated/hardware_claims.h"

#include <cmath>
#include <string_view>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "harness/base/file.h"
#include "harness/judge/evidence.h"
#include "harness/table/suite.h"
#include "harness/testing/sample_row.h"

namespace harness {
namespace {

using sample::Case;

Case fps(const char* hardware) {
  Case sample;
  sample.claim = sample::claim("fps", "evaluated", 12.34, 2);
  sample.claim.tolerance = Tolerance{0.0, 0.1, "clocks and drivers"};
  sample.claim.conditions = {{"hardware", hardware}};
  return sample;
}

/// Images per second, and times of one image that go with it.
void set_rate(Case& sample, double rate) {
  sample.change_evaluation([&](auto& record) {
    record.images_per_second = rate;
    record.seconds_per_image = {1.0 / rate, 0.9 / rate, 1.1 / rate, 11, 5};
  });
}

GpuRecord v100() {
  GpuRecord gpu;
  gpu.name = "Tesla V100-SXM2-32GB";
  gpu.memory_bytes = 34089730048;
  gpu.compute_capability = "7.0";
  gpu.driver = "580.65.06";
  gpu.cuda = 12060;
  gpu.cudnn = 90100;
  return gpu;
}

/// All evaluations of a row are of one device.
void compute_on_gpu(Case& sample) {
  for (auto& result : sample.results) {
    if (result.stage == "examine") continue;
    result.device = "cuda";
    result.environment.gpu = v100();
    result.environment.library->libtorch = "2.11.0";
    result.environment.library->cudnn.enabled = true;
  }
}

Case memory_on_gpu(std::int64_t peak_bytes) {
  Case sample;
  sample.claim = sample::claim("memory", "evaluated", 5.37, 2);
  sample.claim.conditions = {{"hardware", "V100"}};
  compute_on_gpu(sample);
  sample.change_evaluation([&](auto& record) { record.forward->peak_bytes = peak_bytes; });
  return sample;
}

TEST(HardwareClaims, TheHardwareItWasPublishedForJudges) {
  const auto finding = fps("amd epyc 7763").judge(judge_fps);
  EXPECT_EQ(finding.verdict, Verdict::kPass);
  EXPECT_EQ(finding.measured, 12.5);
  EXPECT_EQ(finding.precision, "fp16");
  EXPECT_EQ(finding.reason,
            "0.160 above, allowed 1.239; in fp16 on AMD EPYC 7763 64-Core Processor");
  auto slow = fps("EPYC 7763");
  set_rate(slow, 10.0);
  EXPECT_EQ(slow.judge(judge_fps).verdict, Verdict::kFail);
}

TEST(HardwareClaims, OtherHardwareIsUnfitWithTheNumberBesideIt) {
  const auto finding = fps("V100").judge(judge_fps);
  EXPECT_EQ(finding.verdict, Verdict::kUnfit);
  EXPECT_EQ(finding.measured, 12.5);
  EXPECT_EQ(finding.reason, "published for V100, this is AMD EPYC 7763 64-Core Processor");
}

TEST(HardwareClaims, AGpuThatDidNotComputeDoesNotCount) {
  auto sample = fps("V100");
  for (auto& result : sample.results) result.environment.gpu = v100();
  EXPECT_EQ(sample.judge(judge_fps).verdict, Verdict::kUnfit);
  compute_on_gpu(sample);
  EXPECT_EQ(sample.judge(judge_fps).verdict, Verdict::kPass);
}

TEST(HardwareClaims, KernelsThatTheSourceDoesNotHaveAreUnfit) {
  auto sample = fps("V100");
  compute_on_gpu(sample);
  sample.change_evaluation([](auto& record) { record.fused_norm.value = true; });
  EXPECT_EQ(sample.judge(judge_fps).verdict, Verdict::kUnfit);
  sample.change_evaluation([](auto& record) {
    record.fused_norm.value = false;
    record.segmentation.value = kFusedSegmentation;
  });
  EXPECT_EQ(sample.judge(judge_fps).verdict, Verdict::kUnfit);
}

TEST(HardwareClaims, HardwareThatIsNotSaidIsNotVerifiable) {
  auto sample = fps("");
  EXPECT_EQ(sample.judge(judge_fps).verdict, Verdict::kNotVerifiable);
  EXPECT_EQ(sample.judge(judge_fps).measured, 12.5);
  sample.claim.conditions = Json::object();
  EXPECT_EQ(sample.judge(judge_fps).verdict, Verdict::kNotVerifiable);
  auto memory = memory_on_gpu(5765993759);
  memory.claim.conditions = {{"hardware", "GPU"}};
  EXPECT_EQ(memory.judge(judge_memory).verdict, Verdict::kNotVerifiable);
}

TEST(HardwareClaims, MemoryIsInUnitsOfTwoToTheThirty) {
  const auto finding = memory_on_gpu(5765993759).judge(judge_memory);
  EXPECT_EQ(finding.verdict, Verdict::kPass);
  EXPECT_NEAR(finding.measured.get<double>(), 5.37, 1e-6);
  EXPECT_EQ(memory_on_gpu(5370000000).judge(judge_memory).verdict, Verdict::kFail);
}

TEST(HardwareClaims, APeakOfTrainingSaysNothingAboutEvaluation) {
  auto sample = memory_on_gpu(2000000000);
  sample.claim.conditions["stage"] = "train";
  const Finding finding = sample.judge(judge_memory);
  EXPECT_EQ(finding.verdict, Verdict::kFail);
  EXPECT_FALSE(finding.compared) << "the stage memory left no result";
  sample.claim.conditions["stage"] = "evaluate";
  EXPECT_EQ(sample.judge(judge_memory).verdict, Verdict::kFail);
}

TEST(HardwareClaims, OtherWorkOnTheSameHardwareIsUnfit) {
  struct {
    const char* name;
    Json same;
    Json other;
    const char* reason;
  } const conditions[] = {
      {"batch_size", 1, 8, "published for 8 images at a time, this is one"},
      {"gpus", 1, 8, "published for 8 GPUs, this is one device"},
      {"backend", "pytorch", "TensorRT", "published for the backend TensorRT, this is PyTorch's"},
      {"mode", "fp16", "FP32", "published for the mode FP32, this is FP16"},
      {"mode", "FP16", "INT8", "published for the mode INT8, this is FP16"},
      {"stage", "evaluate", "train", "published for the stage train, this is the stage evaluate"}};
  for (const auto& [name, same, other, reason] : conditions) {
    auto sample = fps("EPYC 7763");
    sample.claim.conditions[name] = same;
    EXPECT_EQ(sample.judge(judge_fps).verdict, Verdict::kPass) << name;
    sample.claim.conditions[name] = other;
    EXPECT_EQ(sample.judge(judge_fps).verdict, Verdict::kUnfit) << name;
    EXPECT_EQ(sample.judge(judge_fps).reason, reason);
    EXPECT_EQ(sample.judge(judge_fps).measured, 12.5);
    if (std::string_view(name) == "stage") continue;  // Its memory is another rule's.
    auto memory = memory_on_gpu(5765993759);
    memory.claim.conditions[name] = other;
    EXPECT_EQ(memory.judge(judge_memory).verdict, Verdict::kUnfit) << name;
  }
}

TEST(HardwareClaims, TheModeIsThatOfTheRowsPolicy) {
  const auto reason = [](Policy policy, const char* precision, const char* mode) {
    auto sample = fps("EPYC 7763");
    sample.row.arithmetic->policy = policy;
    sample.results[1].precision = precision;
    sample.claim.conditions["mode"] = mode;
    return sample.judge(judge_fps).reason;
  };
  const auto* unfit = "published for the mode ";
  EXPECT_FALSE(reason(Policy::kFp16Amp, "fp16-amp", "FP16").starts_with(unfit));
  EXPECT_FALSE(reason(Policy::kBf16Amp, "bf16-amp", "BF16").starts_with(unfit));
  EXPECT_FALSE(reason(Policy::kFp32, "fp32", "FP32").starts_with(unfit));
}

TEST(HardwareClaims, OnTheRightHardwareNothingMeasuredFails) {
  auto sample = memory_on_gpu(0);
  EXPECT_EQ(sample.judge(judge_memory).verdict, Verdict::kFail);
  sample.change_evaluation([](auto& record) { record.forward.reset(); });
  EXPECT_EQ(sample.judge(judge_memory).verdict, Verdict::kFail);
  auto untimed = fps("EPYC 7763");
  untimed.change_evaluation([](auto& record) { record.images_per_second = NAN; });
  EXPECT_EQ(untimed.judge(judge_fps).verdict, Verdict::kFail);
}

TEST(HardwareClaims, WhatTheWorkerWritesIsWhatTheRuleReads) {
  auto sample = fps("V100 32GB");
  compute_on_gpu(sample);
  sample.results[1] = run_result_from_json(to_json(sample.results[1]), "evaluate-fp16.json");
  EXPECT_EQ(sample.judge(judge_fps).verdict, Verdict::kPass);
  sample.claim.conditions["hardware"] = "V100 16GB";
  EXPECT_EQ(sample.judge(judge_fps).verdict, Verdict::kUnfit);
}

/// A row of the mini zoo measured at its published rate on the processor of `sample_row.h`, two
/// cores of an EPYC 7763.
Case minizoo_fps(const char* suite, std::size_t row) {
  Case sample;
  const Suite zoo = read_suite(suite);
  sample.row.arithmetic = zoo.rows.at(row).arithmetic;
  sample.results = {sample::examine(), sample::evaluate(row_precision(sample.row))};
  sample.claim = *zoo.rows[row].find_claim("fps");
  set_rate(sample, sample.claim.value.get<double>());
  return sample;
}

TEST(HardwareClaims, TheMiniZoosRatesAreOfAFamilyOfProcessorsAndJudgedNowhere) {
  for (const char* zoo : {"fp16", "fp32"}) {
    const std::string page = fmt::format("fixtures/minizoo/zoo/{}/README.md", zoo);
    EXPECT_NE(read_file(page).find("2 cores of an AMD EPYC"), std::string::npos) << page;
  }
  for (const char* suite : {"suites/minizoo.json", "suites/minizoo_fp32.json"}) {
    for (std::size_t row = 0; row < 4; ++row) {
      auto sample = minizoo_fps(suite, row);
      EXPECT_EQ(sample.claim.conditions["hardware"], "AMD EPYC");
      EXPECT_EQ(sample.claim.conditions["cores"], 2);
      EXPECT_EQ(sample.judge(judge_fps).verdict, Verdict::kNotVerifiable);
      sample.results[1].environment.machine.cpu = "AMD EPYC";
      const Finding finding = sample.judge(judge_fps);
      EXPECT_EQ(finding.verdict, Verdict::kNotVerifiable);
      EXPECT_NE(finding.reason.find("AMD EPYC, a kind of hardware and no model"),
                std::string::npos);
      EXPECT_EQ(finding.measured, sample.claim.value);
    }
  }
}

TEST(HardwareClaims, TheMiniZoosRatesAreJudgedOnceTheProcessorHasAModel) {
  for (const char* suite : {"suites/minizoo.json", "suites/minizoo_fp32.json"}) {
    for (std::size_t row = 0; row < 4; ++row) {
      auto sample = minizoo_fps(suite, row);
      sample.claim.conditions["hardware"] = "AMD EPYC 7763";
      EXPECT_EQ(sample.judge(judge_fps).verdict, Verdict::kPass) << suite << " row " << row;
      auto slow = sample;
      set_rate(slow, 0.85 * slow.claim.value.get<double>());
      EXPECT_EQ(slow.judge(judge_fps).verdict, Verdict::kFail);
      auto wide = sample;
      wide.results[1].environment.machine.cores = 64;
      EXPECT_EQ(wide.judge(judge_fps).verdict, Verdict::kUnfit);
      for (const char* cpu : {"AMD EPYC", "AMD EPYC 7742 64-Core Processor"}) {
        auto other = sample;
        other.results[1].environment.machine.cpu = cpu;
        EXPECT_EQ(other.judge(judge_fps).verdict, Verdict::kUnfit) << cpu;
      }
    }
  }
}

TEST(HardwareClaims, WithoutAPublishedNumberTheMeasuredOneStandsAlone) {
  auto sample = fps("EPYC 7763");
  sample.claim.value = nullptr;
  const auto finding = sample.judge(judge_fps);
  EXPECT_EQ(finding.verdict, Verdict::kNotVerifiable);
  EXPECT_EQ(finding.measured, 12.5);
}

}  // namespace
}  // namespace harness
