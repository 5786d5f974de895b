#include "harness/report/html/reproduction.h"

#include <gtest/gtest.h>

namespace harness {
namespace {

JobRecord job(std::vector<std::string> argv) {
  JobRecord one;
  one.argv = std::move(argv);
  for (const auto* stage : {"examine", "evaluate", "parity"}) {
    one.asked.push_back({"fcn", stage, stage[1] == 'x' ? "" : "fp16", std::nullopt, ""});
  }
  return one;
}

VerdictRecord verdict(const std::string& claim, const std::string& evidence) {
  VerdictRecord record;
  record.row = "fcn";
  record.claim = claim;
  record.evidence = evidence;
  return record;
}

TEST(Reproduction, QuotesWhatAShellWouldRead) {
  EXPECT_EQ(shell_words({"halfproof", "run", "a.json"}), "halfproof run a.json");
  EXPECT_EQ(shell_words({"$(rm -rf x)", "it's", ""}), "'$(rm -rf x)' 'it'\\''s' ''");
}

TEST(Reproduction, LeavesOutWhereResultsWent) {
  EXPECT_EQ(job_command(job({"halfproof", "run", "a.json", "--out", "x", "--json", "--device",
                             "cuda", "--history=h"})),
            "halfproof run a.json --device cuda");
}

TEST(Reproduction, NarrowsTheCommandToTheClaim) {
  const JobRecord all = job({"halfproof", "run", "a.json", "--row", "pspnet,fcn", "--stage=examine",
                             "--device", "cuda", "--out", "x"});
  const std::string begin = "halfproof run a.json --device cuda --row fcn --stage ";
  EXPECT_EQ(claim_command(all, verdict("hash", "file")), begin + "examine");
  EXPECT_EQ(claim_command(all, verdict("miou", "evaluated")), begin + "evaluate");
  EXPECT_EQ(claim_command(all, verdict("fps", "evaluated")), begin + "evaluate");
}

TEST(Reproduction, NamesTheStageThatTheJobWasNotAskedFor) {
  const JobRecord all = job({"halfproof", "run", "a.json"});
  const std::string begin = "halfproof run a.json --row fcn --stage ";
  EXPECT_EQ(claim_command(all, verdict("kernels", "evaluated")), begin + "speed");
  EXPECT_EQ(claim_command(all, verdict("retrain.miou", "retrained")), begin + "train");
  EXPECT_EQ(claim_command(all, verdict("retrain.lockstep", "retrained")), begin + "lockstep");
}

TEST(Reproduction, DoesNotTakeATrainingForALockstep) {
  JobRecord all = job({"halfproof", "run", "a.json"});
  all.asked = {{"fcn", "train", "fp16", 0, ""}, {"fcn", "lockstep", "fp16", 0, ""}};
  EXPECT_EQ(claim_command(all, verdict("retrain.lockstep", "retrained")),
            "halfproof run a.json --row fcn --stage lockstep");
}

}  // namespace
}  // namespace harness
