#include "harness/history/add_run.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/testing/history_runs.h"

namespace harness {
namespace {
namespace fs = std::filesystem;
using testing::HasSubstr;

std::string refusal_of(const fs::path& directory) {
  try {
    read_run_to_add(directory);
  } catch (const Error& wrong) {
    return wrong.what();
  }
  return "";
}

std::string source_of(const HistoryRun& run, const std::string& claim) {
  for (const auto& verdict : run.verdicts) {
    if (verdict.record.claim == claim) return verdict.source;
  }
  return "no such claim";
}

TEST(AddRun, ReadsARunOnAGpu) {
  const HistoryRun run = read_run_to_add(kGpuRun);
  EXPECT_EQ(run.header.suite, "minizoo");
  EXPECT_EQ(run.header.hardware, "NVIDIA H200");
  EXPECT_EQ(run.header.started, read_json_file(kGpuRun + "/run.json").at("started"));
  EXPECT_EQ(run.header.exit_code, read_json_file(kGpuRun + "/verdicts.json").at("exit"));
  EXPECT_EQ(run.verdicts.size(), read_json_file(kGpuRun + "/verdicts.json").at("verdicts").size());
  EXPECT_FALSE(part_of(run.parts, "driver").empty());
  EXPECT_FALSE(part_of(run.parts, "cuDNN").empty());
}

/// A job that was asked for the trainings of one row.
const std::string kTraining = "docs/evidence/2026-11-27-nvidia-h200/correctness/retrained-fcn";

TEST(AddRun, WhatTheJobWasNotAskedForIsLeftOut) {
  const HistoryRun run = read_run_to_add(kTraining);
  const auto all = read_json_file(kTraining + "/verdicts.json").at("verdicts");
  const auto is_evaluated = [](const Json& one) { return one.at("evidence") == "evaluated"; };
  ASSERT_TRUE(std::ranges::any_of(all, is_evaluated));
  EXPECT_LT(run.verdicts.size(), all.size());
  for (const auto& verdict : run.verdicts) {
    const bool is_skipped = verdict.record.verdict == Verdict::kSkipped;
    EXPECT_FALSE(is_skipped && verdict.record.evidence == "evaluated") << verdict.record.claim;
  }
  EXPECT_EQ(source_of(run, "miou"), "no such claim");
  EXPECT_NE(source_of(run, "retrain.miou"), "no such claim");
}

TEST(AddRun, TheCommandIsWithoutThePlaceOfItsResults) {
  const TemporaryFolder folder;
  copy_run(kTraining, folder.path());
  Json job = read_json_file(folder.path() / "run.json");
  job["argv"] = {"halfproof", "run",       "a.json",  "--out",     "runs/2026-11-28",
                 "--json",    "--seeds=1", "--out=b", "--history", "h.sqlite"};
  write_json_file(folder.path() / "run.json", job);
  const HistoryRun run = read_run_to_add(folder.path());
  EXPECT_EQ(run.header.command, "run a.json --seeds=1");
  EXPECT_EQ(run.header.stages, "train");
  EXPECT_EQ(run.header.setting, "--seeds=1");
}

TEST(AddRun, TheSettingIsWhatChangesMeasurements) {
  const HistoryRun run =
      read_run_to_add("docs/evidence/2026-11-27-nvidia-h200/published_size/speed_channels_last");
  EXPECT_EQ(run.header.setting,
            "--layout channels-last --pinned --speed-images 60 --speed-seconds 2");
}

TEST(AddRun, KernelsOfOurOwnAreAnotherSetting) {
  const TemporaryFolder folder;
  copy_run(kGpuRun, folder.path());
  const fs::path file = folder.path() / "run.json";
  Json job = read_json_file(file);
  job["argv"].push_back("--fused-segmentation");
  job["argv"].push_back("--fused-norm");
  write_json_file(file, job);
  EXPECT_THAT(read_run_to_add(folder.path()).header.setting,
              testing::EndsWith("--fused-segmentation --fused-norm"));
}

TEST(AddRun, VerdictsOfOneResultHaveOneSourceAndOthersAnother) {
  const HistoryRun run = read_run_to_add(kGpuRun);
  EXPECT_EQ(source_of(run, "hash"), source_of(run, "log.miou"));
  EXPECT_EQ(source_of(run, "miou"), source_of(run, "parity"));
  EXPECT_NE(source_of(run, "hash"), source_of(run, "miou"));
  EXPECT_NE(source_of(run, "hash"), "");
}

TEST(AddRun, AResultThatIsMeasuredAgainIsAnotherSource) {
  const TemporaryFolder folder;
  copy_run(kGpuRun, folder.path());
  const fs::path file = folder.path() / kRowOfGpuRun / "evaluate-fp16.json";
  Json result = read_json_file(file);
  result["started"] = "2026-12-24T00:00:00Z";
  write_json_file(file, result);
  const HistoryRun before = read_run_to_add(kGpuRun);
  const HistoryRun after = read_run_to_add(folder.path());
  const auto is_of_row = [](const StoredVerdict& one) { return one.record.row == kRowOfGpuRun; };
  for (std::size_t i = 0; i < after.verdicts.size(); ++i) {
    const auto& record = after.verdicts[i].record;
    const bool is_again = is_of_row(after.verdicts[i]) && record.evidence == "evaluated" &&
                          record.claim != "miou_ms_flip";
    EXPECT_EQ(after.verdicts[i].source != before.verdicts[i].source, is_again) << record.claim;
  }
}

TEST(AddRun, AResultOfAnotherKeyDoesNotCount) {
  const TemporaryFolder folder;
  copy_run(kGpuRun, folder.path());
  for (const auto& row : fs::directory_iterator(folder.path())) {
    const fs::path file = row.path() / "evaluate-fp16.json";
    if (!fs::exists(file)) continue;
    Json result = read_json_file(file);
    result["key"] = "another";
    result["environment"]["gpu"]["driver"] = "1.2.3";
    write_json_file(file, result);
  }
  EXPECT_THAT(part_of(read_run_to_add(folder.path()).parts, "driver"), Not(HasSubstr("1.2.3")));
}

TEST(AddRun, WhatIsNoJudgedRunIsRefused) {
  const TemporaryFolder folder;
  EXPECT_THAT(refusal_of(folder.path()), HasSubstr("usage: "));
  EXPECT_THAT(refusal_of(folder.path() / "missing"), HasSubstr("usage: "));
  EXPECT_THAT(refusal_of("fixtures/judge/run"), HasSubstr("halfproof judge"));
  copy_run(kGpuRun, folder.path());
  write_file_atomic(folder.path() / "verdicts.json", "{");
  EXPECT_THAT(refusal_of(folder.path()), HasSubstr("invalid json: "));
}

}  // namespace
}  // namespace harness
