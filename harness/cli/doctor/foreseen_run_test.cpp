#include "harness/cli/doctor/foreseen_run.h"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/file.h"

namespace harness {
namespace {
using testing::HasSubstr;
using testing::StartsWith;

/// Answers as it is told to, and counts.
class FakeTransport : public Transport {
 public:
  TransferResult get(const TransferRequest& request, BodySink& sink) override {
    ++asked[request.url];
    if (answers) sink.begin({});
    TransferResult result;
    result.outcome = outcome;
    return result;
  }

  bool answers = true;
  TransferResult::Outcome outcome = TransferResult::Outcome::kPermanent;
  std::map<std::string, int> asked;
};

/// A suite of one row whose files are on a server.
class ForeseenRun : public testing::Test {
 protected:
  ForeseenRun() {
    suite_.name = "s";
    suite_.folder = folder_.path();
    Row row;
    row.id = "fcn";
    row.checkpoint = "http://host/a.pth";
    row.log = "http://host/a.log.json";
    Claim hash;
    hash.id = "hash";
    hash.evidence = "file";
    hash.value = "2eb5a165";
    Claim miou;
    miou.id = "miou";
    miou.evidence = "evaluated";
    miou.value = 76.8;
    miou.digits = 2;
    row.claims = {hash, miou};
    suite_.rows = {row};
    plan_.stages = {"examine", "evaluate"};
    plan_.cache = folder_.path() / "cache";
    plan_.data = folder_.path() / "data";
    plan_.precisions = {"fp32"};
  }

  void add_data() const {
    for (const char* kind : {"leftImg8bit", "gtFine"}) {
      write_file_atomic(plan_.data / kind / "val" / "a.png", "an image");
    }
  }

  std::map<std::string, ClaimOutlook> foresee(const WorkerOutlook& worker = {}) {
    ReachableFiles reachable(&transport_);
    const ForeseenRow row = foresee_row(suite_, suite_.rows[0], plan_, worker, reachable);
    std::map<std::string, ClaimOutlook> claims;
    for (const auto& one : foresee_claims(suite_, row, plan_)) claims[one.claim] = one;
    return claims;
  }

  TemporaryFolder folder_;
  Suite suite_;
  RunPlan plan_;
  FakeTransport transport_;
};

TEST_F(ForeseenRun, FilesThatAServerHasAreFetchedAndJudged) {
  add_data();
  const auto claims = foresee();
  EXPECT_EQ(claims.at("hash").prospect, Prospect::kJudged);
  EXPECT_EQ(claims.at("miou").prospect, Prospect::kJudged);
}

TEST_F(ForeseenRun, FilesThatNoServerHasAreASkip) {
  add_data();
  transport_.answers = false;
  const auto claims = foresee();
  for (const auto* claim : {"hash", "miou"}) {
    EXPECT_EQ(claims.at(claim).prospect, Prospect::kSkipped) << claim;
    EXPECT_EQ(claims.at(claim).resource, "network") << claim;
  }
}

TEST_F(ForeseenRun, OfflineAsksNoServer) {
  plan_.offline = true;
  EXPECT_EQ(foresee().at("hash").prospect, Prospect::kSkipped);
  EXPECT_TRUE(transport_.asked.empty());
}

TEST_F(ForeseenRun, AServerThatIsSilentIsAskedOnce) {
  transport_.answers = false;
  transport_.outcome = TransferResult::Outcome::kTransient;
  ReachableFiles reachable(&transport_);
  EXPECT_FALSE(reachable.has("http://host/a.pth"));
  EXPECT_FALSE(reachable.has("http://host/b.pth"));
  EXPECT_FALSE(reachable.has("http://other/b.pth"));
  EXPECT_FALSE(reachable.has("no/url"));
  EXPECT_EQ(transport_.asked.size(), 2U);
}

TEST_F(ForeseenRun, MissingDataIsASkipOfWhatNeedsIt) {
  const auto claims = foresee();
  EXPECT_EQ(claims.at("hash").prospect, Prospect::kJudged);
  EXPECT_EQ(claims.at("miou").resource, "data");
}

TEST_F(ForeseenRun, WhatTheWorkerLacksStandsInTheWay) {
  add_data();
  const WorkerOutlook worker{{{RunStatus::kSkipped, "no gpu: none"}}, {}};
  const auto claims = foresee(worker);
  EXPECT_EQ(claims.at("hash").prospect, Prospect::kJudged);
  EXPECT_EQ(claims.at("miou").resource, "gpu");
}

TEST(WorkerOutlookTest, SaysWhatIsMissing) {
  RunPlan plan;
  // The tests' folder has no worker.
  const auto absent = worker_outlook({{"absent", "nothing"}}, plan).obstacles;
  ASSERT_EQ(absent.size(), 1U);
  EXPECT_EQ(absent[0].status, RunStatus::kSkipped);
  EXPECT_THAT(absent[0].reason, StartsWith("no worker"));
}

}  // namespace
}  // namespace harness
