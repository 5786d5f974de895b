#include "harness/judge/rules/evaluated/memory_claims.h"

#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/judge/rules/evaluated/hardware_claims.h"
#include "harness/testing/memory_records.h"
#include "harness/testing/sample_row.h"

namespace harness {
namespace {
using sample::Case;
using testing::HasSubstr;

MemoryRecord five_gib(std::int64_t more = 0) {
  MemoryRecord record = memory_record_for_tests();
  const std::int64_t missing = 5 * (std::int64_t{1} << 30) - record.tensors.bytes + more;
  for (auto* peak : {&record.tensors, &record.peak}) peak->temporaries["convolution"] += missing;
  record.tensors.bytes += missing;
  record.peak.bytes += missing;
  record.phases["loss"] = record.tensors.bytes;
  record.phases["backward"] = record.peak.bytes;
  return record;
}

/// A claim of 5.00 GB and a step that has 5 GiB of tensors.
Case training_memory(const MemoryRecord& record = five_gib()) {
  Case sample;
  sample.claim = sample::claim("memory", "evaluated", 5.0, 2);
  sample.claim.tolerance = Tolerance{0.0, 0.015, "workspaces"};
  sample.claim.conditions = {{"stage", "train"}, {"gigabyte", "MB/1024"}};
  sample.results.push_back(sample::result("memory", "fp16", record_to_json(record)));
  return sample;
}

TEST(MemoryClaims, AStepOfOurOwnIsJudgedOnEveryHardware) {
  const Finding finding = training_memory().judge(judge_memory);
  EXPECT_EQ(finding.verdict, Verdict::kPass);
  EXPECT_DOUBLE_EQ(finding.measured.get<double>(), 5.0);
  EXPECT_EQ(finding.precision, "fp16");
  EXPECT_THAT(finding.reason, HasSubstr("5.000 GiB of tensors"));
  EXPECT_EQ(training_memory(five_gib(-100'000'000)).judge(judge_memory).verdict, Verdict::kFail);
  EXPECT_EQ(training_memory(five_gib(100'000'000)).judge(judge_memory).verdict, Verdict::kFail);
}

TEST(MemoryClaims, AGigabyteIsWhatTheSourceCounts) {
  Case sample = training_memory();
  sample.claim.conditions["gigabyte"] = "MB/1000";
  const Finding finding = sample.judge(judge_memory);
  EXPECT_EQ(finding.verdict, Verdict::kFail);
  EXPECT_DOUBLE_EQ(finding.measured.get<double>(), 5.12);
  sample.claim.conditions["gigabyte"] = "a lot";
  EXPECT_EQ(sample.judge(judge_memory).verdict, Verdict::kFail);
}

TEST(MemoryClaims, WhereNobodySaysWhatAGigabyteIsBothMustHold) {
  Case sample = training_memory();
  sample.claim.conditions.erase("gigabyte");
  const Finding finding = sample.judge(judge_memory);
  EXPECT_EQ(finding.verdict, Verdict::kAmbiguous);
  EXPECT_THAT(finding.reason, HasSubstr("MB/1024 is nearer"));
  sample.claim.tolerance->rel = 0.03;
  EXPECT_EQ(sample.judge(judge_memory).verdict, Verdict::kPass);
  sample.claim.value = 6.0;
  EXPECT_EQ(sample.judge(judge_memory).verdict, Verdict::kFail);
}

TEST(MemoryClaims, WhatOnlyTheSourcesSoftwareKeptIsAddedByName) {
  const MemoryRecord record = memory_record_for_tests();
  SourceMemory memory = source_memory(record, Json::object());
  EXPECT_EQ(memory.most(), record.tensors.bytes);
  memory = source_memory(record, {{"gpus", 4}, {"pytorch", "1.5"}});
  EXPECT_EQ(memory.buckets, 4 * record.parameters);
  EXPECT_EQ(memory.softmax_inputs, record.kept.at("loss"));
  memory = source_memory(record, {{"gpus", 1}, {"pytorch", "1.11"}});
  EXPECT_EQ(memory.buckets + memory.softmax_inputs, 0);
  EXPECT_EQ(source_memory(record, {{"pytorch", "2.0"}}).softmax_inputs, 0);
  EXPECT_EQ(source_memory(record, {{"pytorch", "new"}}).softmax_inputs, 0);
}

TEST(MemoryClaims, TheSourcesNumberLiesBetweenTheTensorsAndWhatItsSoftwareKept) {
  const MemoryRecord record = five_gib();
  Case sample = training_memory(record);
  sample.claim.tolerance->rel = 0.001;
  sample.claim.conditions["gpus"] = 4;
  const double more = 4.0 * static_cast<double>(record.parameters) / (1024.0 * 1048576.0);
  ASSERT_GT(more, 0.0);
  const auto verdict_of = [&](double published) {
    sample.claim.value = published;
    return sample.judge(judge_memory).verdict;
  };
  EXPECT_EQ(verdict_of(5.0 + 0.5 * more), Verdict::kPass);
  EXPECT_DOUBLE_EQ(sample.judge(judge_memory).measured.get<double>(), 5.0);
  EXPECT_EQ(verdict_of(5.0 - 0.02), Verdict::kFail);
  EXPECT_EQ(verdict_of(5.0 + more + 0.02), Verdict::kFail);
}

TEST(MemoryClaims, WhatLibrariesKeepIsNotTheSources) {
  MemoryRecord record = memory_record_for_tests();
  record.tensors.standing.other = 300;
  record.tensors.bytes += 300;
  EXPECT_EQ(source_memory(record, Json::object()).tensors, record.tensors.bytes - 300);
}

TEST(MemoryClaims, AnotherStepProvesNothing) {
  Case sample = training_memory();
  sample.claim.conditions["resolution"] = {512, 1024};
  Finding finding = sample.judge(judge_memory);
  EXPECT_EQ(finding.verdict, Verdict::kFail);
  EXPECT_FALSE(finding.compared);
  EXPECT_THAT(finding.reason, HasSubstr("512x1024"));
  sample = training_memory();
  sample.row.claims = {sample.claim};
  sample.row.claims[0].conditions["batch_size"] = 2;
  EXPECT_THAT(sample.judge(judge_memory).reason, HasSubstr("2 images"));
}

TEST(MemoryClaims, AnotherModelProvesNothing) {
  MemoryRecord record = five_gib();
  record.classes = 150;
  EXPECT_EQ(training_memory(record).judge(judge_memory).verdict, Verdict::kFail);
  record = five_gib();
  record.departures = {"optimizer: Adam"};
  EXPECT_THAT(training_memory(record).judge(judge_memory).reason, HasSubstr("optimizer: Adam"));
}

TEST(MemoryClaims, AnotherRecipeProvesNothing) {
  const std::function<void(MemoryRecord&)> others[] = {
      [](MemoryRecord& record) { record.scaler = "mmcv-dynamic"; },
      [](MemoryRecord& record) { record.scaler = "none"; },
      [](MemoryRecord& record) { record.sgd_momentum = 0.5; },
      [](MemoryRecord& record) {
        record.crop = {128, 64};
      },
      // The bytes still fit: a buffer may be half as large again.
      [](MemoryRecord& record) { record.parameters -= 1; }};
  for (const auto& other : others) {
    MemoryRecord record = five_gib();
    other(record);
    const Finding finding = training_memory(record).judge(judge_memory);
    EXPECT_EQ(finding.verdict, Verdict::kFail);
    EXPECT_FALSE(finding.compared);
    EXPECT_THAT(finding.reason, HasSubstr("expected"));
  }
}

/// The sum stays the same, and where PyTorch kept the softmax's inputs, what may have been grows.
TEST(MemoryClaims, OtherBytesAreNotTheLosss) {
  MemoryRecord record = five_gib();
  Case sample = training_memory(record);
  sample.claim.value = 6.0;
  sample.claim.conditions["pytorch"] = "1.5";
  EXPECT_EQ(sample.judge(judge_memory).verdict, Verdict::kFail);
  for (auto* peak : {&record.tensors, &record.peak}) {
    peak->temporaries["convolution"] -= std::int64_t{1} << 30;
    peak->activations["loss"] += std::int64_t{1} << 30;
  }
  record.kept["loss"] += std::int64_t{1} << 30;
  sample.results.back() = sample::result("memory", "fp16", record_to_json(record));
  EXPECT_EQ(sample.judge(judge_memory).verdict, Verdict::kFail);
  EXPECT_FALSE(sample.judge(judge_memory).compared);
  EXPECT_THAT(sample.judge(judge_memory).reason, HasSubstr("the loss keeps"));
}

TEST(MemoryClaims, TheScalerIsTheRowsInItsOwnArithmetic) {
  MemoryRecord record = five_gib();
  record.scaler = "mmcv-dynamic";
  Case sample = training_memory(record);
  sample.row.arithmetic->scaler = ScalerOptions::defaults(ScalerType::kMmcvDynamic);
  EXPECT_EQ(sample.judge(judge_memory).verdict, Verdict::kPass);
}

TEST(MemoryClaims, WithoutACropOfTheRowsOwnItIsTheZoos) {
  Case sample = training_memory();
  sample.row.recipe.erase("crop");
  EXPECT_EQ(sample.judge(judge_memory).verdict, Verdict::kFail);
  EXPECT_THAT(sample.judge(judge_memory).reason, HasSubstr("512x1024"));
}

TEST(MemoryClaims, AnotherArithmeticsNumberIsUnfit) {
  Case sample = training_memory();
  sample.claim.conditions["mode"] = "FP32";
  EXPECT_EQ(sample.judge(judge_memory).verdict, Verdict::kUnfit);
}

TEST(MemoryClaims, ARecordThatContradictsItselfFails) {
  MemoryRecord record = five_gib();
  record.tensors.standing.masters = 0;
  const Finding finding = training_memory(record).judge(judge_memory);
  EXPECT_EQ(finding.verdict, Verdict::kFail);
  EXPECT_THAT(finding.reason, HasSubstr("contradicts itself"));
  // A GPU has an allocator that counts.
  Case sample = training_memory();
  sample.results.back().device = "cuda";
  EXPECT_EQ(sample.judge(judge_memory).verdict, Verdict::kFail);
}

TEST(MemoryClaims, WithoutTheStageTheyAreSkipped) {
  Case sample = training_memory();
  sample.results.pop_back();
  EXPECT_EQ(sample.judge(judge_memory).verdict, Verdict::kFail);
  sample.scope.stages = {"evaluate"};
  EXPECT_EQ(sample.judge(judge_memory).verdict, Verdict::kSkipped);
}

Case memory_ratio(double published) {
  Case sample;
  sample.claim = sample::claim("memory.ratio", "evaluated", published, 3);
  sample.claim.tolerance = Tolerance{0.0, 0.03, "units"};
  sample.results.push_back(
      sample::result("memory", "fp16", record_to_json(memory_record_for_tests())));
  sample.results.push_back(
      sample::result("memory", "fp32", record_to_json(single_memory_record_for_tests())));
  return sample;
}

TEST(MemoryClaims, TheRatioIsOfTheSameBytesInBoth) {
  const double ratio = static_cast<double>(memory_record_for_tests().tensors.bytes) /
                       static_cast<double>(single_memory_record_for_tests().tensors.bytes);
  const Finding finding = memory_ratio(ratio).judge(judge_memory_ratio);
  EXPECT_EQ(finding.verdict, Verdict::kPass);
  // FP32's GB may be of 1000 MB.
  EXPECT_DOUBLE_EQ(finding.measured.get<double>(), ratio * 1000.0 / 1024.0);
  EXPECT_EQ(memory_ratio(ratio * 1.05).judge(judge_memory_ratio).verdict, Verdict::kFail);
  EXPECT_EQ(memory_ratio(ratio * 0.93).judge(judge_memory_ratio).verdict, Verdict::kFail);
}

TEST(MemoryClaims, TheRatioIsOfOneModelOnOneCardByOneProgram) {
  const double ratio = static_cast<double>(memory_record_for_tests().tensors.bytes) /
                       static_cast<double>(single_memory_record_for_tests().tensors.bytes);
  const auto fails = [&](const std::function<void(RunResult&)>& change) {
    Case sample = memory_ratio(ratio);
    change(sample.results.back());
    const Finding finding = sample.judge(judge_memory_ratio);
    return finding.verdict == Verdict::kFail && !finding.compared;
  };
  EXPECT_FALSE(fails([](RunResult&) {}));
  EXPECT_TRUE(fails([](RunResult& result) { result.environment.gpu.emplace().name = "H100"; }));
  EXPECT_TRUE(fails([](RunResult& result) { result.environment.library->libtorch = "1.0"; }));
  EXPECT_FALSE(
      fails([](RunResult& result) { result.environment.machine.hostname_sha256_8 = "0"; }));
  EXPECT_TRUE(fails([](RunResult& result) { result.environment.build.commit = "other"; }));
}

TEST(MemoryClaims, TheRatioNeedsBoth) {
  Case sample = memory_ratio(0.6);
  sample.results.pop_back();
  const Finding finding = sample.judge(judge_memory_ratio);
  EXPECT_EQ(finding.verdict, Verdict::kFail);
  EXPECT_FALSE(finding.compared);
}

}  // namespace
}  // namespace harness
