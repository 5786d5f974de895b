#include "harness/judge/rules/retrained/lockstep_claims.h"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/testing/lockstep_records.h"
#include "harness/testing/sample_row.h"

namespace harness {
namespace {

using testing::HasSubstr;

/// Results of the stage, as the rule finds them in a job.
class LockstepResults : public testing::Test {
 protected:
  LockstepResults() {
    claim_ = sample::claim("retrain.lockstep", "retrained", 1);
    claim_.tolerance = Tolerance{.abs = 1.0, .rel = 0.0, .reason = "a reason"};
    for (const std::int64_t seed : {0, 1, 2}) {
      LockstepRecord record = lockstep_record();
      for (auto& step : record.series) step.loss.fp64 += 1e-6 * static_cast<double>(seed);
      results_.push_back(sample::result("lockstep", "fp16", record_to_json(record)));
      results_.back().seed = seed;
    }
  }
  Finding judge() const { return judge_lockstep({row_, claim_, results_, scope_}); }

  Row row_ = sample::row();
  Claim claim_;
  std::vector<RunResult> results_;
  JobScope scope_{{"lockstep"}, {}, {}};
};

TEST_F(LockstepResults, OfEverySeedPass) {
  EXPECT_EQ(judge().verdict, Verdict::kPass);
  EXPECT_EQ(judge().precision, "fp16");
  EXPECT_THAT(judge().reason, HasSubstr("3 seeds"));
}

TEST_F(LockstepResults, SeedsThatAreOneOrOfAnotherRecipeFail) {
  const auto whole = results_;
  results_[2].measurements = results_[0].measurements;
  EXPECT_EQ(judge().verdict, Verdict::kFail);
  EXPECT_THAT(judge().reason, HasSubstr("seeds 0 and 2 are the same"));
  const std::pair<const char*, Json> kOthers[] = {
      {"scaler", "banana"}, {"batch", 5}, {"departures", Json::array({"lr 1"})}};
  for (const auto& [key, other] : kOthers) {
    results_ = whole;
    results_[1].measurements[key] = other;
    EXPECT_EQ(judge().verdict, Verdict::kFail) << key;
    EXPECT_THAT(judge().reason, HasSubstr("seed 1")) << key;
  }
  for (const auto& [key, other] : {std::pair("lr", 0.06), std::pair("scale", 256.0)}) {
    results_ = whole;
    for (auto& one : results_[1].measurements["series"]) one[key] = other;
    EXPECT_EQ(judge().verdict, Verdict::kFail) << key;
    EXPECT_THAT(judge().reason, HasSubstr("seed 1: ")) << key;
  }
  results_ = whole;
  results_[1].measurements["series"].erase(11);
  results_[1].measurements["steps"] = 11;
  EXPECT_EQ(judge().verdict, Verdict::kFail);
  EXPECT_THAT(judge().reason, HasSubstr("seed 1: expected 12 steps"));
}

TEST_F(LockstepResults, OfAnotherSettingFail) {
  results_[2].environment.library->libtorch = "1.5.0";
  EXPECT_EQ(judge().verdict, Verdict::kFail);
  EXPECT_THAT(judge().reason, HasSubstr("seed 2: of another setting"));
}

TEST_F(LockstepResults, ASeedThatDiedFailsAndIsNamedWithItsReason) {
  results_[1].status = RunStatus::kError;
  results_[1].reason = "killed by signal 9";
  results_[2].status = RunStatus::kError;
  results_[2].reason = "it left no result";
  const auto finding = judge();
  EXPECT_EQ(finding.verdict, Verdict::kFail);
  EXPECT_FALSE(finding.compared);
  for (const auto* part : {"seed 1", "killed by signal 9", "seed 2", "it left no result"}) {
    EXPECT_THAT(finding.reason, HasSubstr(part));
  }
}

TEST_F(LockstepResults, ASeedThatCannotBeReadFailsAndIsNamedWithTheKey) {
  results_[2].measurements["series"][4]["distance"]["update"].erase("twin");
  const auto finding = judge();
  EXPECT_EQ(finding.verdict, Verdict::kFail);
  EXPECT_THAT(finding.reason, HasSubstr("seed 2"));
  EXPECT_THAT(finding.reason, HasSubstr("measurements.series[4].distance.update.twin"));
}

TEST_F(LockstepResults, OneSeedThatIsSkippedFailsAndAllAreASkip) {
  results_[0].status = RunStatus::kSkipped;
  results_[0].reason = "no data: none here";
  EXPECT_EQ(judge().verdict, Verdict::kFail);
  EXPECT_THAT(judge().reason, HasSubstr("seed 0: no data"));
  for (auto& result : results_) {
    result.status = RunStatus::kSkipped;
    result.reason = "no data: none here";
  }
  EXPECT_EQ(judge().verdict, Verdict::kSkipped);
  EXPECT_EQ(judge().resource, "data");
}

TEST_F(LockstepResults, NoneOrOneWithoutASeedOrOneTwiceFail) {
  auto twice = results_;
  twice[2].seed = 1;
  results_[0].seed.reset();
  EXPECT_EQ(judge().verdict, Verdict::kFail);
  results_ = twice;
  EXPECT_EQ(judge().verdict, Verdict::kFail);
  results_.clear();
  EXPECT_EQ(judge().verdict, Verdict::kFail);
}

TEST_F(LockstepResults, OfAnotherRowOrPrecisionDoNotCount) {
  for (auto& result : results_) result.precision = "fp32";
  EXPECT_EQ(judge().verdict, Verdict::kFail);
  for (auto& result : results_) {
    result.precision = "fp16";
    result.row = "another";
  }
  EXPECT_EQ(judge().verdict, Verdict::kFail);
}

}  // namespace
}  // namespace harness
