#include "harness/table/suite.h"

#include <functional>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/file.h"
#include "harness/base/sha256.h"
#include "harness/testing/suite_documents.h"

namespace harness {
namespace {
using testing::HasSubstr;

Json suite() {
  return parse_json(R"({"schema": "halfproof.suite/1", "name": "minizoo",
    "data": {"layout": "cityscapes", "root": "../data/scenes", "size": [128, 256]},
    "rows": [{"id": "fcn_fp16", "method": "FCN", "claims": []},
             {"id": "fcn_fp16_long", "method": "FCN", "claims": []},
             {"id": "pspnet_fp16", "method": "PSPNet", "claims": []}]})",
                    "test");
}

/// The suite of the design page: evidence and exact claims are left out.
Json suite_of_a_person() {
  return parse_json(R"({"schema": "halfproof.suite/1", "name": "minizoo",
    "data": {"layout": "cityscapes", "root": "../scenes", "size": [128, 256]},
    "rows": [{"id": "fcn_fp16", "method": "FCN",
      "model": {"decode_head": {"type": "FCNHead", "channels": 32},
                "auxiliary_head": {"channels": 16},
                "backbone": {"depth": 50, "base_channels": 8, "stem_channels": 8}},
      "arithmetic": {"policy": "fp16-master", "scaler": {"type": "static", "scale": 512}},
      "checkpoint": {"url": "fcn-2eb5a165.pth"}, "log": {"url": "fcn.log.json"},
      "sibling": {"suite": "minizoo_fp32", "row": "fcn"},
      "recipe": {"iterations": 600, "batch": 4, "lr": 0.05, "crop": [64, 128]},
      "claims": [{"id": "miou", "value": 52.05, "digits": 2, "unit": "%",
                  "source": {"file": "README.md", "line": 16, "column": "mIoU"},
                  "tolerance": {"abs": 0.05, "reason": "rounding"}},
                 {"id": "fps", "value": 12.3, "digits": 1, "source": {"file": "README.md"},
                  "conditions": {"hardware": "EPYC 7763", "cores": 2}}]}]})",
                    "test");
}

std::string refusal(const std::string& key, const Json& value) {
  Json changed = suite();
  changed[key] = value;
  return message_of([&] { suite_from_json(changed, "s.json"); });
}

TEST(Suite, ReadsBackWhatItWrote) {
  EXPECT_EQ(to_json(suite_from_json(suite(), "s.json")), suite());
  Json without_data = suite();
  without_data.erase("data");
  EXPECT_EQ(to_json(suite_from_json(without_data, "s.json")), without_data);
}

TEST(Suite, ReadsASuiteThatAPersonWrites) {
  const Suite read = suite_from_json(suite_of_a_person(), "minizoo.json");
  EXPECT_EQ(read.rows.at(0).find_claim("miou")->evidence, "evaluated");
  EXPECT_DOUBLE_EQ(read.rows[0].find_claim("miou")->rounding(), 0.005);
  EXPECT_EQ(read.rows[0].find_claim("fps")->conditions.at("cores"), 2);
}

TEST(Suite, AFileKnowsItsFolderAndDigest) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "minizoo.json";
  write_json_file(path, suite());
  const Suite read = read_suite(path);
  EXPECT_EQ(read.folder, folder.path());
  EXPECT_EQ(read.digest, sha256_file(path));
  EXPECT_EQ(read.bytes, read_file(path));
  EXPECT_EQ(read.data.height, 128);
  EXPECT_EQ(read.data.width, 256);
  EXPECT_EQ(read.data.split, "val");
}

TEST(Suite, WhatWasRunIsAllButClaimsAndSibling) {
  const Json whole = suite_of_a_person();
  const Suite read = suite_from_json(whole, "minizoo.json");
  Json expected = to_json(read.rows[0]);
  expected.erase("claims");
  expected.erase("sibling");
  expected["data"] = whole.at("data");
  EXPECT_EQ(what_was_run(read, read.rows[0]), expected);
  Suite other = read;
  other.rows[0].claims.clear();
  other.rows[0].sibling_row = "another";
  other.data.images = 500;
  EXPECT_EQ(what_was_run(other, other.rows[0]), expected);
  for (const auto& change : std::vector<std::function<void(Suite&)>>{
           [](Suite& one) { one.data.split = "train"; },
           [](Suite& one) { one.data.root = "elsewhere"; },
           [](Suite& one) { one.rows[0].method = "PSPNet"; },
           [](Suite& one) { one.rows[0].checkpoint = "other.pth"; },
           [](Suite& one) { one.rows[0].recipe["lr"] = 1.0; }}) {
    Suite changed = read;
    change(changed);
    EXPECT_NE(what_was_run(changed, changed.rows[0]), expected);
  }
}

TEST(Suite, ImagesOfTheSplitAreACount) {
  Json with_images = suite();
  with_images["data"]["images"] = 16;
  const Suite read = suite_from_json(with_images, "s.json");
  EXPECT_EQ(read.data.images, 16);
  EXPECT_EQ(to_json(read), with_images);
  for (const Json& wrong : {Json(-1), Json(1.5), Json("16"), Json(1e12)}) {
    Json data = suite().at("data");
    data["images"] = wrong;
    EXPECT_THAT(refusal("data", data), HasSubstr("images")) << wrong;
  }
}

TEST(Suite, AMissingFileAndABrokenFileAreDifferentErrors) {
  const TemporaryFolder folder;
  EXPECT_THAT(message_of([&] { read_suite(folder.path() / "absent.json"); }), HasSubstr("cannot"));
  write_file_atomic(folder.path() / "broken.json", "{\"schema\":");
  EXPECT_THAT(message_of([&] { read_suite(folder.path() / "broken.json"); }),
              HasSubstr("invalid json"));
}

TEST(Suite, RefusesAnotherSchemaAndUnknownKeys) {
  EXPECT_THAT(refusal("schema", "halfproof.suite/2"),
              HasSubstr("s.json: schema: expected \"halfproof.suite/1\", got"));
  EXPECT_THAT(refusal("row", 1), HasSubstr("s.json: row: unknown key"));
  EXPECT_THAT(refusal("name", "../x"), HasSubstr("name: expected a name"));
  EXPECT_THAT(message_of([] { suite_from_json(Json::array(), "s.json"); }),
              HasSubstr("s.json: the file: expected an object, got an array"));
}

TEST(Suite, RefusesDataThatItCannotRead) {
  EXPECT_THAT(refusal("data", {{"layout", "ade20k"}}), HasSubstr("data.layout: expected"));
  EXPECT_THAT(refusal("data", {{"layout", "cityscapes"}, {"size", {128}}}),
              HasSubstr("data.size: expected [height, width]"));
  EXPECT_THAT(refusal("data", {{"layout", "cityscapes"}, {"split", "../train"}}),
              HasSubstr("data.split: expected a name"));
  EXPECT_THAT(refusal("data", {{"layout", "cityscapes"}, {"path", "x"}}),
              HasSubstr("data.path: unknown key"));
}

TEST(Suite, RefusesNoRowsAndRowsThatOccurTwice) {
  EXPECT_THAT(refusal("rows", Json::array()), HasSubstr("rows: expected an array of at least one"));
  EXPECT_THAT(refusal("rows", Json::object()), HasSubstr("got an object"));
  Json twice = suite();
  twice["rows"][2]["id"] = "fcn_fp16";
  EXPECT_THAT(message_of([&] { suite_from_json(twice, "s.json"); }),
              HasSubstr("s.json: rows[2].id: expected each row once, got \"fcn_fp16\" twice"));
}

TEST(Suite, SelectsARowByAnyUnambiguousPart) {
  const Suite read = suite_from_json(suite(), "s.json");
  EXPECT_EQ(select_row(read, "psp").id, "pspnet_fp16");
  EXPECT_EQ(select_row(read, "fcn_fp16").id, "fcn_fp16");
  EXPECT_EQ(select_row(read, "long").id, "fcn_fp16_long");
}

TEST(Suite, SelectsEachRowOnceAndAllWithoutAsking) {
  const Suite read = suite_from_json(suite(), "s.json");
  const auto some = select_rows(read, {"psp", "long", "pspnet_fp16"});
  ASSERT_EQ(some.size(), 2U);
  EXPECT_EQ(some[0]->id, "pspnet_fp16");
  EXPECT_EQ(some[1]->id, "fcn_fp16_long");
  EXPECT_EQ(select_rows(read, {}).size(), read.rows.size());
}

TEST(Suite, NamesTheCandidatesOfAnAmbiguousSelection) {
  const Suite read = suite_from_json(suite(), "s.json");
  EXPECT_THAT(message_of([&] { select_row(read, "fcn"); }),
              HasSubstr("usage: fcn: expected a part of one row's id, got a part of 2: fcn_fp16, "
                        "fcn_fp16_long"));
  EXPECT_THAT(message_of([&] { select_row(read, "unet"); }),
              HasSubstr("which has fcn_fp16, fcn_fp16_long, pspnet_fp16"));
  EXPECT_THAT(message_of([&] { select_row(read, ""); }), HasSubstr("usage"));
}

}  // namespace
}  // namespace harness
