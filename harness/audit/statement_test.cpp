#include "harness/audit/statement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace harness {
namespace {

Suite suite() {
  return suite_from_json(Json::parse(R"json({"schema": "halfproof.suite/1", "name": "s",
    "data": {"layout": "cityscapes", "root": "d", "size": [1024, 2048]},
    "rows": [{"id": "a", "method": "FCN",
      "arithmetic": {"policy": "fp16-master"},
      "checkpoint": {"url": "https://x/a_20200717_230921-50245227.pth"},
      "config": {"url": "https://github.com/x/y/blob/master/configs/fp16/a.py"},
      "claims": [
        {"id": "hash", "value": "50245227", "source": {"file": "t.md", "line": 3}, "tolerance": null},
        {"id": "fps", "value": 8.64, "digits": 2, "unit": "fps",
         "source": {"file": "t.md", "line": 3, "column": "Inf time (fps)"}, "tolerance": null,
         "conditions": {
  "mode" : "FP32", "resolution" : [ 512, 1024 ], "metafile" : {
    "value" : 8.7, "file" : "m.yml", "line" : 9
  }
}
}]
}],
    "records": [
      {"id": "p", "fact": "page", "value": "t.md",
       "source": {"file": "configs/README.md", "version": "v1", "date": "2021-10-07", "quote": "#"}},
      {"id": "q", "fact": "checkpoint", "value": "https://y/a_20200717_230921-fb13e883.pth",
       "source": {"file": "m.yml", "version": "v2", "quote": "Weights"}}]})json"),
                         "s.json");
}

std::vector<std::string> said(const std::string& fact) {
  std::vector<std::string> texts;
  for (const auto& statement : statements_of(suite())) {
    if (statement.fact == fact) {
      texts.push_back(statement.place.says + " @ " + place_of(statement.place));
    }
  }
  return texts;
}

TEST(Statement, ClaimsHaveTheVersionOfTheirPage) {
  EXPECT_THAT(said("fps"), testing::ElementsAre(
                               "fps 8.70 @ m.yml:9, fps",
                               "fps 8.64 @ configs/README.md:3, Inf time (fps), v1, 2021-10-07"));
}

TEST(Statement, LinksSayHashAndRun) {
  EXPECT_THAT(said("hash"),
              testing::ElementsAre("hash 50245227 @ configs/README.md:3, v1, 2021-10-07",
                                   "hash fb13e883 @ m.yml, v2"));
  EXPECT_THAT(said("config.path"),
              testing::ElementsAre(testing::StartsWith("config.path configs/fp16/a.py")));
}

TEST(Statement, TimingsSayModeAndResolutionBesideArithmeticAndData) {
  EXPECT_THAT(said("fps.mode"),
              testing::ElementsAre("fps.mode FP32 @ s.json, claims.fps.conditions",
                                   "fps.mode FP16 @ s.json, arithmetic.policy"));
  EXPECT_THAT(said("fps.resolution"),
              testing::ElementsAre("fps.resolution 512x1024 @ s.json, claims.fps.conditions",
                                   "fps.resolution 1024x2048 @ s.json, data.size"));
}

TEST(Statement, RunStampsStandBehindAnUnderscoreOrADash) {
  EXPECT_EQ(run_stamp("fcn_r101_20200717_230921-50245227.pth"), "20200717_230921");
  EXPECT_EQ(run_stamp("fcn_r18-20201225_021327.log.json"), "20201225_021327");
  EXPECT_EQ(run_stamp("fcn_r101-50245227.pth"), "");
  EXPECT_EQ(run_stamp("20200717_230921.log.json"), "");
}

TEST(Statement, NumbersAgreeWithinWhatWasRoundedAway) {
  const Statement a{"a", "", "fps", 8.64, 0.005, "fps", "", {}};
  Statement b = a;
  b.value = 8.649;
  EXPECT_TRUE(agree(a, b));
  b.value = 8.66;
  EXPECT_FALSE(agree(a, b));
  b.value = nullptr;
  EXPECT_FALSE(agree(a, b));
  EXPECT_EQ(value_text(80.0, 0.005, "%"), "80.00 %");
  EXPECT_EQ(value_text(nullptr, 0.0, "%"), "not published");
}

}  // namespace
}  // namespace harness
