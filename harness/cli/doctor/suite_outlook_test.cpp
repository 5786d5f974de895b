#include "harness/cli/doctor/suite_outlook.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace harness {
namespace {
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

ClaimOutlook outlook(const char* claim, Prospect prospect, const char* reason = "",
                     const char* resource = "", std::vector<NeededResult> rests_on = {}) {
  ClaimOutlook one;
  one.row = "fcn";
  one.claim = claim;
  one.prospect = prospect;
  one.reason = reason;
  one.resource = resource;
  one.rests_on = std::move(rests_on);
  return one;
}

const std::vector<NeededResult> kEvaluation = {{"evaluate", "fp16"}};

class RowOutlookTest : public testing::Test {
 protected:
  RowOutlookTest() {
    row_.id = "fcn";
    row_.method = "FCN";
    foreseen_.row = &row_;
    plan_.suite = "suites/a.json";
  }

  std::vector<OutlookGroup> groups(const std::vector<ClaimOutlook>& claims) const {
    return row_outlook(foreseen_, claims, plan_).groups;
  }

  Row row_;
  ForeseenRow foreseen_;
  RunPlan plan_;
};

TEST_F(RowOutlookTest, WhatLacksOneResourceIsSaidOnceWithTheCommandThatGetsIt) {
  const auto found =
      groups({outlook("hash", Prospect::kSkipped, "no network: a.pth", "network"),
              outlook("log.miou", Prospect::kSkipped, "no network: a.log", "network")});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_THAT(found[0].claims, ElementsAre("hash", "log.miou"));
  EXPECT_EQ(found[0].reason, "no network: a.pth");
  EXPECT_THAT(found[0].commands, ElementsAre("halfproof fetch suites/a.json --row fcn"));
  EXPECT_THAT(found[0].where, HasSubstr("network"));
}

TEST_F(RowOutlookTest, EverythingThatIsLackingIsNamed) {
  foreseen_.lacks["evaluate"] = {"network", "data", "worker"};
  const auto found =
      groups({outlook("miou", Prospect::kSkipped, "no network: a.pth", "network", kEvaluation)});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_THAT(found[0].commands,
              ElementsAre("ci/quickstart", "halfproof fetch suites/a.json --row fcn",
                          "halfproof run suites/a.json --row fcn --stage evaluate --data DIR"));
}

TEST_F(RowOutlookTest, CommandsNameWhatThePlanNames) {
  plan_.suite = "my suites/a.json";
  plan_.data = "/data/it's here";
  foreseen_.has_data = true;
  plan_.cache = "cache";
  plan_.precisions = {"fp16"};
  const auto found = groups({outlook("miou", Prospect::kJudged, "", "", kEvaluation)});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_THAT(
      found[0].commands,
      ElementsAre("halfproof run 'my suites/a.json' --row fcn --cache cache --stage evaluate "
                  "--precision fp16 --data '/data/it'\\''s here'"));
}

TEST_F(RowOutlookTest, AStageThatWasNotAskedForIsNamed) {
  const auto found = groups(
      {outlook("retrain.miou", Prospect::kNotAsked, "r", "", {{"train", "fp16"}}),
       outlook("fps.ratio", Prospect::kNotAsked, "r", "", {{"speed", "fp16"}, {"speed", "fp32"}})});
  ASSERT_EQ(found.size(), 2U);
  EXPECT_THAT(found[0].commands,
              ElementsAre("halfproof run suites/a.json --row fcn --stage train --data DIR"));
  EXPECT_THAT(found[1].commands,
              ElementsAre("halfproof run suites/a.json --row fcn --stage speed --device cuda"));
  EXPECT_THAT(found[1].where, HasSubstr("GPU"));
}

TEST_F(RowOutlookTest, MoreMemoryIsAskedForWhereItIsLacking) {
  foreseen_.lacks["memory"] = {"memory"};
  const auto found = groups(
      {outlook("memory", Prospect::kSkipped, "no memory: 9 of 8", "memory", {{"memory", "fp16"}})});
  EXPECT_THAT(found.at(0).where, HasSubstr("memory"));
  EXPECT_THAT(found.at(0).commands,
              ElementsAre("halfproof run suites/a.json --row fcn --stage memory"));
}

TEST_F(RowOutlookTest, NothingGetsWhatNobodyPublished) {
  const auto found = groups({outlook("miou", Prospect::kNotVerifiable, "not published")});
  EXPECT_TRUE(found.at(0).commands.empty());
}

SuiteOutlook suite_of(std::vector<OutlookGroup> groups) {
  return {"a", {{"fcn", "FCN", std::move(groups)}}};
}

TEST(SuiteOutlook, ExitsAsAJobOfSuchVerdicts) {
  const OutlookGroup judged{Prospect::kJudged, {"hash"}, "", {}, ""};
  const OutlookGroup skipped{Prospect::kSkipped, {"miou"}, "no data", {}, ""};
  const OutlookGroup fails{Prospect::kFails, {"config"}, "gone", {}, ""};
  EXPECT_EQ(exit_code(suite_of({judged, skipped})), 0);
  EXPECT_EQ(exit_code(suite_of({skipped})), 77);
  EXPECT_EQ(exit_code(suite_of({})), 77);
  EXPECT_EQ(exit_code(suite_of({judged, fails})), 1);
}

TEST(SuiteOutlook, AsJsonHasEachClaimByItself) {
  const OutlookGroup skipped{
      Prospect::kSkipped, {"miou", "parity"}, "no data", {"command"}, "there"};
  const Json json = to_json(suite_of({skipped}));
  EXPECT_EQ(json.at("exit"), 77);
  EXPECT_EQ(json.at("counts"), Json({{"skipped", 2}}));
  ASSERT_EQ(json.at("claims").size(), 2U);
  EXPECT_EQ(json.at("claims")[1], Json({{"row", "fcn"},
                                        {"claim", "parity"},
                                        {"prospect", "skipped"},
                                        {"reason", "no data"},
                                        {"where", "there"},
                                        {"commands", {"command"}}}));
}

TEST(SuiteOutlook, AReasonIsToldOnceInARow) {
  const OutlookGroup first{Prospect::kSkipped, {"hash"}, "no network: a long story", {"a"}, ""};
  const OutlookGroup second{Prospect::kSkipped, {"miou"}, "no network: a long story", {"b"}, ""};
  const std::string text = render_outlook(suite_of({first, second}), {80, false});
  EXPECT_EQ(text.find("a long story"), text.rfind("a long story"));
  EXPECT_THAT(text, HasSubstr("no network, as above\n      $ b"));
}

TEST(SuiteOutlook, ACommandIsNotWrapped) {
  const std::string command = "halfproof run " + std::string(150, 'x');
  const OutlookGroup skipped{Prospect::kSkipped, {"miou"}, "no data", {command}, ""};
  const std::string text = render_outlook(suite_of({skipped}), {80, false});
  EXPECT_THAT(text, HasSubstr("$ " + command + "\n"));
  EXPECT_THAT(text, HasSubstr("1 skipped here"));
  EXPECT_THAT(text, Not(HasSubstr("judged here")));
}

}  // namespace
}  // namespace harness
