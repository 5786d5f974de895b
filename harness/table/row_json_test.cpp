#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/table/suite.h"
#include "harness/testing/suite_documents.h"

namespace harness {
namespace {
using testing::HasSubstr;

Json row() {
  return parse_json(R"({"id": "fcn_fp16", "method": "FCN",
    "model": {"decode_head": {"type": "FCNHead", "channels": 32}, "auxiliary_head": null},
    "arithmetic": {"policy": "fp16-master", "scaler": {"type": "static", "scale": 512}},
    "checkpoint": {"url": "zoo/fcn-2eb5a165.pth"}, "log": {"url": "https://x.org/fcn.log.json"},
    "config": {"url": "configs/fcn.py"}, "sibling": {"suite": "minizoo_fp32", "row": "fcn"},
    "recipe": {"iterations": 600, "batch": 4, "lr": 0.05, "crop": [64, 128]},
    "claims": [{"id": "finite", "evidence": "file", "value": 0, "source": {"file": "README.md"},
                "tolerance": null}]})",
                    "test");
}

std::string refusal_of(const Json& value) {
  return message_of([&] { row_from_json(value, "s.json", "rows[3]"); });
}

std::string refusal(const std::string& key, const Json& value) {
  Json changed = row();
  changed[key] = value;
  return refusal_of(changed);
}

TEST(RowJson, ReadsBackWhatItWrote) {
  const Row read = row_from_json(row(), "s.json", "rows[3]");
  EXPECT_EQ(read.checkpoint, "zoo/fcn-2eb5a165.pth");
  EXPECT_EQ(read.sibling_suite, "minizoo_fp32");
  EXPECT_EQ(read.recipe["crop"], (Json{64, 128}));
  ASSERT_NE(read.find_claim("finite"), nullptr);
  EXPECT_EQ(read.find_claim("miou"), nullptr);
  EXPECT_EQ(to_json(read), row());
}

TEST(RowJson, NeedsAnIdAMethodAndClaimsOnly) {
  const Json least = {{"id", "a"}, {"method", "FCN"}, {"claims", Json::array()}};
  EXPECT_EQ(to_json(row_from_json(least, "s", "r")), least);
  for (const char* key : {"id", "method", "claims"}) {
    Json lacking = least;
    lacking.erase(key);
    EXPECT_THAT(refusal_of(lacking),
                HasSubstr("rows[3]." + std::string(key) + ": expected a value, got nothing"));
  }
}

TEST(RowJson, RefusesAnIdThatIsAPath) {
  for (const char* id : {"", "/", "../x", ".", "a/b"}) {
    EXPECT_THAT(refusal("id", id), HasSubstr("s.json: rows[3].id: expected a name")) << id;
  }
  EXPECT_THAT(refusal("id", 7), HasSubstr("expected a string, got an integer"));
}

TEST(RowJson, RefusesUnknownKeysEverywhere) {
  EXPECT_THAT(refusal("checkpiont", 1), HasSubstr("rows[3].checkpiont: unknown key"));
  EXPECT_THAT(refusal("model", {{"decode_head", {{"chanels", 1}}}}),
              HasSubstr("rows[3].model.decode_head.chanels: unknown key"));
  EXPECT_THAT(refusal("log", {{"url", "x"}, {"sha256", "y"}}),
              HasSubstr("rows[3].log.sha256: unknown key"));
  EXPECT_THAT(refusal("recipe", {{"learning_rate", 1}}), HasSubstr("rows[3].recipe.learning_rate"));
  EXPECT_THAT(refusal("sibling", {{"suite", "a"}, {"row", "b"}, {"x", 1}}),
              HasSubstr("rows[3].sibling.x"));
}

TEST(RowJson, HasATypedArithmetic) {
  const Row read = row_from_json(row(), "s.json", "rows[3]");
  ASSERT_TRUE(read.arithmetic.has_value());
  EXPECT_EQ(read.policy(), Policy::kFp16Master);
  ASSERT_TRUE(read.arithmetic->scaler.has_value());
  EXPECT_EQ(read.arithmetic->scaler->init_scale, 512.0);
  Json silent = row();
  silent.erase("arithmetic");
  EXPECT_EQ(row_from_json(silent, "s.json", "rows[3]").arithmetic, std::nullopt);
  EXPECT_EQ(row_from_json(silent, "s.json", "rows[3]").policy(), Policy::kFp32);
}

TEST(RowJson, RefusesAnArithmeticUnderItsPath) {
  EXPECT_THAT(refusal("arithmetic", {{"policy", "fp8"}}),
              HasSubstr("s.json: rows[3].arithmetic.policy: expected one of"));
  EXPECT_THAT(refusal("arithmetic", {{"policy", "fp16-amp"}, {"scaler", {{"type", "static"}}}}),
              HasSubstr("s.json: rows[3].arithmetic.scaler.scale: expected"));
  EXPECT_THAT(
      refusal("arithmetic", {{"policy", "fp32"}, {"scaler", {{"type", "static"}, {"scale", 512}}}}),
      HasSubstr("s.json: rows[3].arithmetic.scaler: fp32 with static"));
}

TEST(RowJson, RefusesARecipeThatCannotRun) {
  EXPECT_THAT(refusal("recipe", {{"iterations", 0}}), HasSubstr("recipe.iterations: expected"));
  EXPECT_THAT(refusal("recipe", {{"batch", 2.5}}), HasSubstr("recipe.batch: expected an integer"));
  EXPECT_THAT(refusal("recipe", {{"lr", -1}}), HasSubstr("recipe.lr: expected a finite number"));
  EXPECT_THAT(refusal("recipe", {{"crop", {64}}}), HasSubstr("recipe.crop: expected [height"));
  EXPECT_THAT(refusal("recipe", {{"crop", {64, 0}}}),
              HasSubstr("recipe.crop: expected an integer"));
}

TEST(RowJson, ASiblingNamesASuiteAndARow) {
  EXPECT_THAT(refusal("sibling", {{"suite", "minizoo_fp32"}}), HasSubstr("sibling.row: expected"));
  EXPECT_THAT(refusal("sibling", {{"suite", "../x"}, {"row", "b"}}),
              HasSubstr("sibling.suite: expected a name"));
}

TEST(RowJson, RefusesAClaimThatOccursTwice) {
  Json twice = row();
  twice["claims"].push_back(twice["claims"][0]);
  EXPECT_THAT(refusal_of(twice), HasSubstr("rows[3].claims[1].id: expected each claim once"));
  EXPECT_THAT(refusal("claims", Json::object()), HasSubstr("rows[3].claims: expected an array"));
  EXPECT_THAT(refusal("claims", {1}), HasSubstr("rows[3].claims[0]: expected an object"));
}

TEST(RowJson, RefusesAFileWithoutAUrl) {
  EXPECT_THAT(refusal("checkpoint", {{"url", ""}}), HasSubstr("rows[3].checkpoint.url: expected"));
  EXPECT_THAT(refusal("checkpoint", "x.pth"), HasSubstr("expected an object, got a string"));
}

}  // namespace
}  // namespace harness
