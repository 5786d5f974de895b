// Pages and metafiles in the forms that MMSegmentation published from 0.5 to 1.x.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/table/import/import.h"
#include "harness/table/suite.h"
#include "harness/testing/suite_documents.h"

namespace harness {
namespace {
using testing::ElementsAre;

Suite imported(const std::vector<std::string>& names, const std::string& overlay = "") {
  std::vector<std::filesystem::path> pages;
  for (const auto& name : names) pages.emplace_back("fixtures/table/upstream_" + name);
  return suite_from_json(import_suite(pages, overlay, "suites/upstream.json"),
                         "suites/upstream.json");
}

std::vector<std::string> ids_of(const Suite& suite) {
  std::vector<std::string> ids;
  for (const Row& row : suite.rows) ids.push_back(row.id);
  return ids;
}

TEST(UpstreamForms, APageWithoutConfigsNamesItsRowsByTheirCheckpoints) {
  const Suite suite = imported({"0.5.md"});
  EXPECT_THAT(
      ids_of(suite),
      ElementsAre("pspnet_r50-d8_512x1024_40k_cityscapes", "pspnet_r101-d8_512x1024_80k_cityscapes",
                  "pspnet_r101-d8_512x1024_80k_fp16_cityscapes", "pspnet_r50-d8_512x512_80k_ade20k",
                  "pspnet_r101-d8_512x512_20k_voc12aug",
                  "pspnet_r101-d8_480x480_40k_pascal_context"));
  for (const Row& row : suite.rows) {
    EXPECT_TRUE(row.checkpoint.ends_with(".pth")) << row.id;
    EXPECT_TRUE(row.log.ends_with(".log.json")) << row.id;
    EXPECT_EQ(row.config, "");
    EXPECT_EQ(row.model["decode_head"]["type"], "PSPHead");
    EXPECT_TRUE(row.find_claim("miou")->value.is_number()) << row.id;
  }
  const Row& half = select_row(suite, "pspnet_r101-d8_512x1024_80k_fp16_cityscapes");
  EXPECT_EQ(half.find_claim("hash")->value, "ade37931");
  EXPECT_TRUE(half.find_claim("miou_ms_flip")->value.is_null());
  EXPECT_EQ(half.find_claim("fps")->value, 2.68) << "rewritten in April 2021";
}

TEST(UpstreamForms, APageOf1xNamesItsRowsByTheirConfigs) {
  const Suite suite = imported({"1.x.md"});
  EXPECT_THAT(ids_of(suite), ElementsAre("fcn_r50-d8_4xb2-80k_cityscapes-512x1024",
                                         "fcn_r101-d8_4xb2-amp-80k_cityscapes-512x1024",
                                         "fcn_r18b-d8_4xb2-80k_cityscapes-512x1024",
                                         "fcn-d6_r50-d16_4xb2-80k_cityscapes-769x769",
                                         "fcn_r101-d8_4xb4-40k_pascal-context-59-480x480"));
  const Row& half = suite.rows[1];
  EXPECT_EQ(half.method, "FCN (FP16)");
  EXPECT_EQ(half.model["decode_head"]["type"], "FCNHead");
  EXPECT_EQ(half.model["backbone"]["depth"], 101);
  EXPECT_EQ(half.find_claim("fps")->conditions["hardware"], "V100");
  EXPECT_EQ(half.find_claim("hash")->value, "fb13e883");
  EXPECT_TRUE(suite.rows[0].find_claim("fps")->value.is_null()) << "an empty cell";
  EXPECT_FALSE(suite.rows[2].model.contains("backbone")) << "R-18b is no depth that is known";
  EXPECT_EQ(suite.rows[4].find_claim("miou_ms_flip")->digits, 1);
}

TEST(UpstreamForms, AMetafileAloneTellsAsMuch) {
  const Suite suite = imported({"1.x.yml"});
  ASSERT_EQ(suite.rows.size(), 1U);
  const Row& row = suite.rows[0];
  EXPECT_EQ(row.id, "fcn_r101-d8_4xb2-amp-80k_cityscapes-512x1024");
  EXPECT_EQ(row.method, "FCN");
  EXPECT_EQ(row.model["backbone"]["depth"], 101);
  EXPECT_EQ(row.find_claim("memory")->value, 5.37);
  EXPECT_TRUE(row.log.ends_with("20200717_230921.log.json"));
  const Suite joined = imported({"1.x.md", "1.x.yml"});
  EXPECT_EQ(joined.rows.size(), 5U);
  EXPECT_FALSE(joined.rows[1].find_claim("miou")->conditions.contains("metafile"));
}

/// In the metafile of 0.12 the model of 59 classes has the config of the one of 60.
TEST(UpstreamForms, ModelsThatShareAConfigAreToldApartByTheirCheckpoints) {
  const Suite suite = imported({"0.5.md", "0.12.yml"});
  ASSERT_EQ(suite.rows.size(), 7U);
  const Row& sixty = select_row(suite, "pspnet_r101-d8_480x480_40k_pascal_context");
  EXPECT_EQ(sixty.find_claim("miou")->value, 46.6);
  EXPECT_EQ(sixty.find_claim("hash")->value, "bf0f5d7c");
  const Row& other = select_row(suite, "pspnet_r101-d8_480x480_40k_pascal_context_59");
  EXPECT_EQ(other.find_claim("miou")->value, 52.02);
  EXPECT_EQ(other.find_claim("hash")->value, "86d44cd4");
}

TEST(UpstreamForms, TheFirstMetafilesGiveBareMilliseconds) {
  const Suite suite = imported({"0.12.yml"});
  ASSERT_EQ(suite.rows.size(), 3U);
  EXPECT_EQ(suite.rows[0].find_claim("fps")->value, 4.07);
  EXPECT_TRUE(suite.rows[0].find_claim("fps")->conditions.empty());
  EXPECT_TRUE(suite.rows[2].find_claim("fps")->value.is_null()) << "printed as None";
}

}  // namespace
}  // namespace harness
