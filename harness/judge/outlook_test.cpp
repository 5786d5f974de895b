#include "harness/judge/outlook.h"

#include <algorithm>
#include <filesystem>
#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/judge/claims.h"
#include "harness/judge/judge.h"
#include "harness/testing/sample_row.h"

namespace harness {
namespace {
namespace fs = std::filesystem;
using testing::HasSubstr;

/// What a verdict on measurements makes of a claim that was foreseen.
Prospect prospect_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::kUnfit:
      return Prospect::kUnfit;
    case Verdict::kSkipped:
      return Prospect::kSkipped;
    case Verdict::kNotVerifiable:
      return Prospect::kNotVerifiable;
    default:
      return Prospect::kJudged;
  }
}

/// The results of a run, as they are foreseen: without what was measured.
std::vector<RunResult> as_foreseen(std::vector<RunResult> results) {
  for (auto& result : results) {
    if (result.stage != "examine") result.measurements = Json::object();
  }
  return results;
}

SpeedSetup setup_of(const std::vector<RunResult>& results) {
  for (const auto& result : results) {
    if (result.stage == "speed") return measurements_of<SpeedRecord>(result).setup;
  }
  return {};
}

/// A claim of a run that was kept as evidence, in the job that brought it.
struct KeptClaim {
  const Row& row;
  const Claim& claim;
  const std::vector<RunResult>& results;
  const JobScope& scope;
};

void for_each_kept_claim(const std::function<void(const KeptClaim&)>& visit) {
  for (const auto& entry : fs::recursive_directory_iterator("docs/evidence")) {
    if (entry.path().filename() != "run.json") continue;
    const StoredRun run = read_run(entry.path().parent_path());
    const JobScope scope{run.job.stages, run.job.precisions, {}};
    SCOPED_TRACE(entry.path().parent_path().string());
    for (const auto& row : run.suite.rows) {
      const auto results = run.results.find(row.id);
      if (results == run.results.end()) continue;
      for (const auto& claim : row.claims) visit({row, claim, results->second, scope});
    }
  }
}

TEST(Outlook, ForeseesWhatWasJudgedOfEveryClaimOfTheKeptRuns) {
  std::size_t compared = 0;
  for_each_kept_claim([&](const KeptClaim& kept) {
    const auto [row, claim, results, scope] = kept;
    const Verdict verdict = judge_claim({row, claim, results, scope}).verdict;
    const auto foreseen = as_foreseen(results);
    const Prospect prospect =
        foresee_claim({row, claim, foreseen, scope}, setup_of(results)).prospect;
    SCOPED_TRACE(row.id + " " + claim.id);
    if (prospect == Prospect::kNotAsked) {
      // judge_row() leaves out what needs a stage of hours that nobody asked for.
      EXPECT_TRUE(verdict == Verdict::kSkipped || !optional_stage(claim).empty())
          << row.id << " " << claim.id << ": " << to_string(verdict);
      return;
    }
    ++compared;
    if (prospect == Prospect::kFails) {
      EXPECT_EQ(verdict, Verdict::kFail);
    } else {
      EXPECT_EQ(to_string(prospect), to_string(prospect_of(verdict))) << to_string(verdict);
    }
  });
  EXPECT_GT(compared, 300U);
}

TEST(Outlook, ForeseesWhatTheLossOfEachResultMakesOfEveryClaim) {
  std::size_t lost = 0;
  for_each_kept_claim([&](const KeptClaim& kept) {
    const auto [row, claim, results, scope] = kept;
    for (std::size_t i = 0; i < results.size(); ++i) {
      if (results[i].stage == "examine") continue;
      auto without = results;
      without[i].status = RunStatus::kSkipped;
      without[i].reason = "no memory: of this test";
      without[i].measurements = Json::object();
      const VerdictRecord verdict = judge_claim({row, claim, without, scope});
      const ClaimOutlook outlook =
          foresee_claim({row, claim, as_foreseen(without), scope}, setup_of(results));
      if (outlook.prospect == Prospect::kNotAsked) continue;
      SCOPED_TRACE(row.id + " " + claim.id + " without " +
                   execution_text(results[i].stage, results[i].precision, results[i].seed));
      if (verdict.verdict != Verdict::kSkipped) continue;
      ++lost;
      EXPECT_EQ(to_string(outlook.prospect), "skipped");
      EXPECT_EQ(outlook.reason, verdict.reason);
      EXPECT_EQ(outlook.resource, "memory");
    }
  });
  EXPECT_GT(lost, 50U);
}

/// The sample's row, whose claims rest on results that the test makes up.
class OutlookOfSample : public testing::Test {
 protected:
  RunResult result(const std::string& stage, const std::string& precision,
                   RunStatus status = RunStatus::kOk, const std::string& reason = "") const {
    RunResult one;
    one.row = row_.id;
    one.stage = stage;
    one.precision = precision;
    one.device = "cpu";
    one.status = status;
    one.reason = reason;
    return one;
  }

  ClaimOutlook foresee(const Claim& claim, const std::vector<RunResult>& results) const {
    return foresee_claim({row_, claim, results, scope_}, {});
  }

  Row row_ = sample::row();
  JobScope scope_{{"examine", "evaluate", "memory"}, {}, {}};
};

TEST_F(OutlookOfSample, WhatWillBeMeasuredIsJudged) {
  const auto outlook =
      foresee(sample::claim("miou", "evaluated", 76.8, 2), {result("evaluate", "fp16")});
  EXPECT_EQ(outlook.prospect, Prospect::kJudged);
  EXPECT_EQ(outlook.reason, "");
}

TEST_F(OutlookOfSample, WhatNobodyPublishedIsNot) {
  const auto outlook =
      foresee(sample::claim("miou", "evaluated", nullptr), {result("evaluate", "fp16")});
  EXPECT_EQ(outlook.prospect, Prospect::kNotVerifiable);
}

TEST_F(OutlookOfSample, ARatioNeedsBothOfItsSides) {
  const Claim ratio = sample::claim("memory.ratio", "evaluated", 0.5, 3);
  const RunResult half = result("memory", "fp16");
  EXPECT_EQ(foresee(ratio, {half, result("memory", "fp32")}).prospect, Prospect::kJudged);
  const auto outlook =
      foresee(ratio, {half, result("memory", "fp32", RunStatus::kSkipped, "no memory: 9 of 8")});
  EXPECT_EQ(outlook.prospect, Prospect::kSkipped);
  EXPECT_EQ(outlook.reason, "no memory: 9 of 8");
  EXPECT_EQ(outlook.resource, "memory");
}

TEST_F(OutlookOfSample, ANumberOfOtherHardwareIsUnfit) {
  Claim fps = sample::claim("fps", "evaluated", 8.64, 2);
  fps.conditions = {{"hardware", "V100"}};
  const auto outlook = foresee(fps, {result("evaluate", "fp16")});
  EXPECT_EQ(outlook.prospect, Prospect::kUnfit);
  EXPECT_THAT(outlook.reason, HasSubstr("V100"));
}

TEST_F(OutlookOfSample, ANumberOfUnnamedHardwareIsNotVerifiable) {
  Claim fps = sample::claim("fps", "evaluated", 8.64, 2);
  fps.conditions = {{"hardware", "AMD EPYC"}, {"cores", 2}};
  const auto outlook = foresee(fps, {result("evaluate", "fp16")});
  EXPECT_EQ(outlook.prospect, Prospect::kNotVerifiable);
  EXPECT_THAT(outlook.reason, HasSubstr("no model"));
}

TEST_F(OutlookOfSample, AnotherStagesClaimIsNotAskedFor) {
  EXPECT_EQ(foresee(sample::claim("kernels", "evaluated", 1), {}).prospect, Prospect::kNotAsked);
  EXPECT_EQ(foresee(sample::claim("retrain.finite", "retrained", 0), {}).prospect,
            Prospect::kNotAsked);
}

TEST_F(OutlookOfSample, WhatIsRequiredAndMissingFails) {
  scope_.require = {"data"};
  const RunResult none = result("evaluate", "fp16", RunStatus::kSkipped, "no data: none");
  const Claim miou = sample::claim("miou", "evaluated", 76.8, 2);
  EXPECT_EQ(foresee(miou, {none}).prospect, Prospect::kFails);
  scope_.require = {"gpu"};
  EXPECT_EQ(foresee(miou, {none}).prospect, Prospect::kSkipped);
}

TEST_F(OutlookOfSample, AClaimWithoutARuleFails) {
  EXPECT_EQ(foresee(sample::claim("taste", "evaluated", 1), {}).prospect, Prospect::kFails);
}

}  // namespace
}  // namespace harness
