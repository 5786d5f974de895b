#include "harness/report/summary.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace harness {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

VerdictRecord record(const char* row, const char* claim, Verdict verdict, const char* reason = "") {
  VerdictRecord record;
  record.row = row;
  record.claim = claim;
  record.verdict = verdict;
  record.reason = reason;
  return record;
}

const std::vector<VerdictRecord> kRecords{
    record("fcn", "hash", Verdict::kPass),
    record("fcn", "miou", Verdict::kFail),
    record("fcn", "fps", Verdict::kUnfit, "published for V100"),
    record("psp", "hash", Verdict::kPass),
    record("psp", "miou", Verdict::kFail),
    record("psp", "fps", Verdict::kUnfit, "published for V100, too"),
    record("psp", "memory", Verdict::kNotVerifiable, "not published"),
    record("psp", "range", Verdict::kXfail)};

TEST(Summary, CountsEachVerdictThatOccurs) {
  EXPECT_EQ(counts_text(kRecords), "2 PASS · 2 FAIL · 2 UNFIT · 1 NOT_VERIFIABLE · 1 XFAIL");
  EXPECT_EQ(counts_text({}), "no claim was judged");
}

TEST(Summary, UnverifiedClaimsAreGroupedByTheirReason) {
  const auto groups = unverified({record("fcn", "hash", Verdict::kPass),
                                  record("fcn", "fps", Verdict::kUnfit, "for V100"),
                                  record("fcn", "memory", Verdict::kUnfit, "for V100"),
                                  record("psp", "fps", Verdict::kUnfit, "for V100"),
                                  record("psp", "memory", Verdict::kUnfit, "for A100"),
                                  record("psp", "range", Verdict::kNotVerifiable, "for V100")});
  ASSERT_EQ(groups.size(), 3u);
  EXPECT_THAT(groups[0].claims, ElementsAre("fps", "memory"));
  EXPECT_THAT(groups[0].rows, ElementsAre("fcn", "psp"));
  EXPECT_EQ(groups[0].reason, "for V100");
  EXPECT_THAT(groups[1].claims, ElementsAre("memory"));
  EXPECT_EQ(groups[1].reason, "for A100");
  EXPECT_EQ(groups[2].verdict, Verdict::kNotVerifiable);
}

TEST(Summary, WhatLacksTheSameResourceIsOneGroup) {
  const auto groups = unverified({record("fcn", "hash", Verdict::kSkipped, "no network: a.pth"),
                                  record("fcn", "log.miou", Verdict::kSkipped, "no network: a.log"),
                                  record("psp", "hash", Verdict::kSkipped, "no network: b.pth"),
                                  record("psp", "miou", Verdict::kSkipped, "no data: c")});
  ASSERT_EQ(groups.size(), 2u);
  EXPECT_THAT(groups[0].claims, ElementsAre("hash", "log.miou"));
  EXPECT_THAT(groups[0].rows, ElementsAre("fcn", "psp"));
  EXPECT_EQ(groups[0].resource, "network");
  EXPECT_EQ(groups[0].reason, "no network: a.pth");
  EXPECT_EQ(groups[1].resource, "data");
  for (const auto& group : groups) EXPECT_NE(remedy(group, "a.json"), "") << group.resource;
}

TEST(Summary, OfWhatLacksMemoryTheLargestIsNamed) {
  const auto needs = [](const char* row, const char* size) {
    const std::string reason =
        fmt::format("no memory: a training step needs about {} and may take 1.00 GiB", size);
    return record(row, "memory", Verdict::kSkipped, reason.c_str());
  };
  const auto groups = unverified({needs("fcn", "2.03 GiB"), needs("psp", "900.00 MiB"),
                                  needs("deeplab", "10.50 GiB"), needs("other", "9.75 GiB")});
  ASSERT_EQ(groups.size(), 1u);
  EXPECT_THAT(groups[0].rows, ElementsAre("fcn", "psp", "deeplab", "other"));
  EXPECT_THAT(groups[0].reason, testing::HasSubstr("10.50 GiB and may take 1.00 GiB"));
  EXPECT_THAT(remedy(groups[0], "a.json"), testing::HasSubstr("the largest of the rows"));
}

TEST(Summary, FailuresAreListedByRow) {
  const auto rows = failed(kRecords);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].row, "fcn");
  EXPECT_THAT(rows[0].claims, ElementsAre("miou"));
  EXPECT_THAT(failed({record("fcn", "hash", Verdict::kPass)}), IsEmpty());
}

TEST(Summary, EveryVerdictIsEitherVerifiedOrNot) {
  for (const auto verdict :
       {Verdict::kAmbiguous, Verdict::kUnfit, Verdict::kSkipped, Verdict::kNotVerifiable}) {
    EXPECT_TRUE(is_unverified(verdict));
  }
  for (const auto verdict : {Verdict::kPass, Verdict::kFail, Verdict::kXfail, Verdict::kXpass}) {
    EXPECT_FALSE(is_unverified(verdict));
  }
}

TEST(Summary, NotesNameTheStatementsOfAPaperThatAreNotJudged) {
  JudgedRun paper;
  paper.not_asked = {{"overflow", 15}};
  EXPECT_EQ(notes_text(paper), "Not asked for: 15 statements of overflow (--row, --experiment)\n");
}

TEST(Summary, NotesNameWhatWasNotAskedForAndWhatWasNotJudged) {
  EXPECT_EQ(notes_text({}), "");
  const JudgedRun run{{},
                      {{"fcn", "evaluate in fp16", "worker: label 77"}},
                      {"fcn/train-fp16-seed7.json"},
                      {{"lockstep", 1}, {"train", 24}}};
  EXPECT_EQ(notes_text(run),
            "Not asked for: 1 claim over trainings (--stage lockstep)\n"
            "Not asked for: 24 claims over trainings (--stage train)\n"
            "Failed to run:\n"
            "  fcn, evaluate in fp16: worker: label 77\n"
            "Not judged, left over from other jobs:\n"
            "  fcn/train-fp16-seed7.json\n");
}

TEST(Remedy, IsTheCommandWithItsSuite) {
  const auto remedy_of = [](const char* resource, const char* reason) {
    return remedy({{}, Verdict::kSkipped, resource, reason, {}}, "a.json");
  };
  EXPECT_THAT(remedy_of("network", ""), testing::HasSubstr("`halfproof fetch a.json`"));
  EXPECT_THAT(remedy_of("data", ""), testing::HasSubstr("`halfproof run a.json --data DIR`"));
  for (const auto* resource : {"gpu", "memory", "worker"}) EXPECT_NE(remedy_of(resource, ""), "");
  EXPECT_THAT(remedy_of("", "the job was not asked for speed in fp16"),
              testing::HasSubstr("`halfproof run a.json --stage speed`"));
  EXPECT_THAT(remedy_of("", "the job was not asked for parity in fp16"),
              testing::HasSubstr("--stage evaluate`"));
  EXPECT_EQ(remedy_of("", "the source does not publish it"), "");
}

}  // namespace
}  // namespace harness
