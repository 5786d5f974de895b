#include "harness/judge/acceptance.h"

#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"

namespace harness {
namespace {
using testing::HasSubstr;

const std::string kEvidence = "docs/evidence/2026-11-27-nvidia-h200/";
const std::string kDigest(64, 'd');

/// A stored run by whose suite a claim of its first row was published otherwise.
struct Sample {
  explicit Sample(const std::string& folder) : run(read_run(kEvidence + folder)) {}

  Claim& claim(const std::string& id) {
    const auto row = std::ranges::find(run.suite.rows, run.job.rows.front(), &Row::id);
    return *std::ranges::find(row->claims, id, &Claim::id);
  }
  Claim accepted(const std::string& id, const std::string& reason = "the decoder was wrong") {
    const auto row = std::ranges::find(run.suite.rows, run.job.rows.front(), &Row::id);
    return accepted_claim(run, kDigest, run.suite, *row, id, reason);
  }
  std::string refusal(const std::string& id, const std::string& reason = "because") {
    try {
      accepted(id, reason);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kUsage);
      return error.detail();
    }
    return "accepted";
  }

  StoredRun run;
};

TEST(Acceptance, TakesWhatWasMeasuredAndSaysWhereItComesFrom) {
  Sample sample("correctness/minizoo");
  sample.claim("miou").value = 51.05;
  const Claim before = sample.claim("miou");
  const Claim claim = sample.accepted("miou");
  EXPECT_EQ(claim.value, 52.06) << "in the digits that were published";
  EXPECT_EQ(claim.digits, before.digits);
  EXPECT_EQ(claim.tolerance->abs, before.tolerance->abs);
  EXPECT_EQ(claim.tolerance->reason, before.tolerance->reason);
  EXPECT_THAT(claim.source.file, "run.json");
  ASSERT_TRUE(claim.accepted);
  EXPECT_EQ(claim.accepted->run, kDigest);
  EXPECT_EQ(claim.accepted->date, sample.run.job.started);
  EXPECT_EQ(claim.accepted->commit.substr(0, 40), sample.run.job.environment.build.commit);
  EXPECT_EQ(claim.accepted->hardware, "NVIDIA H200");
  EXPECT_EQ(claim.accepted->n, 1);
  EXPECT_TRUE(std::isnan(claim.accepted->spread));
  EXPECT_EQ(claim.accepted->reason, "the decoder was wrong");
  EXPECT_EQ(claim.as_published().value, 51.05);
  EXPECT_EQ(claim.as_published().source.line, before.source.line);
}

TEST(Acceptance, WhatWasPublishedFirstStaysKnown) {
  Sample sample("correctness/minizoo");
  sample.claim("miou").value = 51.05;
  sample.claim("miou") = sample.accepted("miou");
  sample.claim("miou").value = 50.0;
  EXPECT_EQ(sample.accepted("miou").accepted->published, 51.05);
}

TEST(Acceptance, EndsTheExpectationOfAFailure) {
  Sample sample("published_size/memory");
  sample.run.job.rows = {"pspnet_r101-d8_512x1024_80k_fp16_cityscapes"};
  ASSERT_FALSE(sample.claim("memory.ratio").expected_failure.empty());
  const Claim claim = sample.accepted("memory.ratio");
  EXPECT_EQ(claim.value, 0.582);
  EXPECT_EQ(claim.expected_failure, "");
}

TEST(Acceptance, OfTrainingsItTakesTheSeedsAndTheirSpread) {
  Sample sample("correctness/retrained-fcn");
  sample.claim("retrain.miou").conditions["reference_runs"] = {12.0, 12.5, 11.0};
  sample.claim("retrain.miou").value = 12.0;
  const Claim claim = sample.accepted("retrain.miou");
  EXPECT_EQ(claim.accepted->n, 3);
  EXPECT_GT(claim.accepted->spread, 0.1);
  EXPECT_EQ(claim.conditions.at("reference_runs").size(), 3U);
  EXPECT_NEAR(claim.value.get<double>(), claim.conditions.at("reference_runs").at(0).get<double>(),
              10.0);
}

TEST(Acceptance, RefusesWhatIsNoReference) {
  Sample sample("correctness/minizoo");
  sample.claim("hash").value = "00000000";
  sample.claim("range").value = 1;
  sample.claim("parity").value = 5;
  for (const char* id : {"hash", "range", "parity"}) {
    EXPECT_THAT(sample.refusal(id), HasSubstr("value is demanded")) << id;
  }
  EXPECT_THAT(sample.refusal("colour"), HasSubstr("expected one of the row's claims (hash, "));
}

TEST(Acceptance, RefusesWhatDidNotFail) {
  Sample sample("correctness/minizoo");
  EXPECT_THAT(sample.refusal("miou"), HasSubstr("got PASS"));
  EXPECT_THAT(sample.refusal("fps"), HasSubstr("got NOT_VERIFIABLE"));
  sample.claim("miou").expected_failure = "known";
  EXPECT_THAT(sample.refusal("miou"), HasSubstr("got XPASS"));
  EXPECT_THAT(sample.refusal("retrain.miou"), HasSubstr("the job was not asked"));
  EXPECT_THAT(Sample("correctness/lockstep-fcn").refusal("miou"), HasSubstr("got SKIPPED"));
  EXPECT_THAT(Sample("published_size/speed").refusal("fps"), HasSubstr("got UNFIT"));
  EXPECT_THAT(Sample("correctness/retrained-pspnet").refusal("retrain.miou"),
              HasSubstr("got AMBIGUOUS"));
}

TEST(Acceptance, RefusesAFailureThatHasNoNumberOrAnotherCause) {
  Sample missing("correctness/minizoo");
  missing.claim("miou").value = 51.05;
  auto& results = missing.run.results.at(missing.run.job.rows.front());
  for (auto& result : results) {
    if (result.stage == "evaluate") result.status = RunStatus::kError;
  }
  EXPECT_THAT(missing.refusal("miou"), HasSubstr("expected a measured number, got null"));
}

TEST(Acceptance, RefusesANumberThatItsDigitsDoNotShow) {
  Sample sample("correctness/minizoo");
  Claim& memory = sample.claim("memory");
  memory.value = 7;
  memory.digits = 0;
  memory.conditions = {{"hardware", "NVIDIA H200"}};
  EXPECT_THAT(sample.refusal("memory"), HasSubstr("0 printed digits show"));
}

TEST(Acceptance, RefusesANumberThatWouldNotMendTheClaim) {
  Sample sample("correctness/minizoo");
  sample.claim("miou").value = 51.05;
  sample.run.suite.data.images = 17;
  EXPECT_THAT(sample.refusal("miou"), HasSubstr("17"));
}

TEST(Acceptance, RefusesToBeGivenNoReason) {
  Sample sample("correctness/minizoo");
  sample.claim("miou").value = 51.05;
  EXPECT_THAT(sample.refusal("miou", ""), HasSubstr("expected a reason"));
  EXPECT_THAT(sample.refusal("miou", " \n"), HasSubstr("expected a reason"));
}

TEST(Acceptance, KnowsTheSuiteOfTheRun) {
  Sample sample("correctness/minizoo");
  sample.claim("miou").value = 51.05;
  sample.claim("miou").digits = 2;
  Suite suite = sample.run.suite;
  suite.digest = "another";
  EXPECT_NO_THROW(require_suite_as_run(sample.run, kDigest, suite));
  auto& claims = suite.rows.front().claims;
  auto& miou = *std::ranges::find(claims, "miou", &Claim::id);
  miou = sample.accepted("miou");
  EXPECT_NO_THROW(require_suite_as_run(sample.run, kDigest, suite)) << "accepted from this run";
  EXPECT_THROW(require_suite_as_run(sample.run, "of another run", suite), Error);
  miou = sample.claim("miou");
  miou.tolerance->abs *= 2;
  EXPECT_THROW(require_suite_as_run(sample.run, kDigest, suite), Error);
}

}  // namespace
}  // namespace harness
