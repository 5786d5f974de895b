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
  return suite_from_json(import_suite(pages, overlay, "suites/upstream.json").suite,
                         "suites/upstream.json");
}

Suite imported_page(const char* page) {
  return suite_from_json(import_suite({page}, "", "suites/page.json").suite, "suites/page.json");
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

/// A page of all forms with every row of it, and nothing unsaid that was not read.
TEST(UpstreamForms, EveryRowOfEveryFormIsThere) {
  const ImportedSuite read =
      import_suite({"fixtures/table/page_forms.md"}, "", "suites/forms.json");
  const Suite suite = suite_from_json(read.suite, "suites/forms.json");
  EXPECT_THAT(
      ids_of(suite),
      ElementsAre("deeplabv3_r50-d8_40k_streets", "deeplabv3_r50-d16_40k_streets",
                  "fcn_r50_512x512_80ki_rooms", "fpn_poolformer_s12_40k_rooms",
                  "segformer_mit-b0_160k_rooms", "segformer_mit-b0_512x512_160000",
                  "pspnet_r50-d8_40k_streets_night", "pspnet_r50-d8_40k_streets",
                  "pspnet_r50-d8_40k_streets_2", "ocrnet_hrformer-s_80k_streets",
                  "ddrnet_ddrnet23-slim_1024x1024_40000", "ddrnet_ddrnet39_1024x1024_40000",
                  "fcn_mae-base_100ep_things", "pidnet-s_120k_streets", "catseg_swin-b_80k_things",
                  "catseg_swin-b_80k_things_2", "fcn_unet_s5-d16_40k_vessels", "streets"));
  std::vector<std::string> notices;
  for (const ImportNotice& notice : read.notices) {
    notices.push_back(notice.detail.substr(0, notice.detail.find(':')));
  }
  EXPECT_THAT(notices,
              ElementsAre("column \"Inf time (fps)\"", "column \"mIoU(multi scale)\" is not read",
                          "column \"mIoU\"", "column \"mIoU*\" is not read",
                          "column \"mIoU*(ms+flip)\" is not read",
                          "column \"Lr schd (Epoch)\" is not read", "column \"Mem (GB)\""));
}

TEST(UpstreamForms, WhatEachFormSaysIsRead) {
  const Suite suite = imported_page("fixtures/table/page_forms.md");
  const auto claim = [&](const char* row, const char* id) {
    for (const Row& each : suite.rows) {
      if (each.id == row) return *each.find_claim(id);
    }
    return Claim{};
  };
  EXPECT_TRUE(claim("deeplabv3_r50-d16_40k_streets", "fps").value.is_null());
  EXPECT_EQ(claim("deeplabv3_r50-d16_40k_streets", "miou").value, 75.45);
  EXPECT_EQ(claim("deeplabv3_r50-d16_40k_streets", "hash").value, "1b2c3d4e");
  EXPECT_EQ(claim("fcn_r50_512x512_80ki_rooms", "miou").conditions["unread"]["impossible"], true);
  EXPECT_EQ(claim("fpn_poolformer_s12_40k_rooms", "miou").value, 35.8);
  EXPECT_EQ(claim("segformer_mit-b0_512x512_160000", "miou").value, 37.7);
  EXPECT_EQ(claim("pspnet_r50-d8_40k_streets_night", "miou").conditions["test_dataset"],
            "Night streets");
  EXPECT_EQ(claim("pspnet_r50-d8_40k_streets_2", "miou").value, 76.93);
  EXPECT_EQ(claim("ocrnet_hrformer-s_80k_streets", "fps").conditions["hardware"], "V100");
  EXPECT_EQ(claim("pidnet-s_120k_streets", "memory").conditions["unread"]["cell"], "3512");
  EXPECT_EQ(claim("catseg_swin-b_80k_things_2", "miou").value, 47.2);
  EXPECT_TRUE(claim("fcn_unet_s5-d16_40k_vessels", "miou").value.is_null());
  EXPECT_EQ(select_row(suite, "streets").method, "DeepLabV3");
}

/// Slips of published pages: names that contradict the row, one link in two rows, nothing but
/// names.
TEST(UpstreamForms, EveryRowOfEverySlipIsThere) {
  const ImportedSuite read =
      import_suite({"fixtures/table/page_slips.md"}, "", "suites/slips.json");
  const Suite suite = suite_from_json(read.suite, "suites/slips.json");
  EXPECT_THAT(ids_of(suite),
              ElementsAre("psp_r50_512x1024_40ki_streets", "pspnet_r101b-d8_512x512_40k_things",
                          "pspnet_r-101-d8_480x480_40000", "pspnet_r-101-d8_480x480_60000",
                          "pspnet_r101b-d8_512x512_40k_things_2", "fcn_d6_r50-d16_40k_dark",
                          "fcn_d6_r50-d16_40k_streets", "deeplabv3plus_r101-d8_512x512_80k_rooms",
                          "deeplabv3plus_r101-d8_512x512_160k_rooms",
                          "deeplabv3plus_r50-d8_4xb4-40k_context-480x480x",
                          "ddeeplabv3plus_r101-d16-mg124_4xb2-40k_streets-512x1024",
                          "deeplabv3plus_r50-d8_4xb2-300k_views_v1_65-1280x1280",
                          "pspnet_r50-d32_rsb_4xb2-adamw-80k_streets-512x1024"));
  for (const Row& row : suite.rows) {
    EXPECT_TRUE(row.model.contains("decode_head")) << row.id;
    const bool has_links = row.id.find("_r-101") == std::string::npos;
    EXPECT_EQ(row.find_claim("hash")->value.is_string(), has_links) << row.id;
    EXPECT_EQ(row.log.ends_with(".json"), has_links) << row.id;
  }
  ASSERT_EQ(read.notices.size(), 2U) << "a column of multi-scale results, and a fraction";
  EXPECT_EQ(suite.rows[0].find_claim("miou")->conditions["unread"]["cell"], "0.7421");
}

TEST(UpstreamForms, ARowOfASlipKeepsItsOwnValues) {
  const Suite suite = imported_page("fixtures/table/page_slips.md");
  EXPECT_EQ(suite.rows[0].model.at("backbone").at("depth"), 50) << "r50";
  EXPECT_EQ(suite.rows[1].find_claim("memory")->value, 12.0);
  EXPECT_EQ(suite.rows[1].find_claim("fps")->digits, 0);
  EXPECT_EQ(suite.rows[3].find_claim("config.iterations")->value, 60000) << "names and no result";
  EXPECT_TRUE(suite.rows[3].find_claim("miou")->value.is_null());
  EXPECT_EQ(suite.rows[4].checkpoint, suite.rows[1].checkpoint);
  EXPECT_EQ(suite.rows[4].find_claim("config.crop")->value, "480x480") << "with another's files";
  EXPECT_EQ(suite.rows[5].find_claim("miou")->value, 12.34);
  EXPECT_EQ(suite.rows[5].find_claim("miou")->conditions["test_dataset"], "Night");
  EXPECT_EQ(suite.rows[7].find_claim("config.iterations")->value, 80000);
  EXPECT_EQ(suite.rows[7].config, suite.rows[8].config);
  EXPECT_EQ(suite.rows[8].find_claim("miou")->value, 44.68);
  EXPECT_EQ(suite.rows[9].model.at("backbone").at("depth"), 101) << "with a config for 50";
  EXPECT_EQ(suite.rows[10].method, "DeepLabV3+");
  EXPECT_EQ(suite.rows[11].find_claim("memory")->conditions["hardware"], "A100");
  EXPECT_EQ(suite.rows[12].find_claim("miou_ms_flip")->value, 76.92);
}

TEST(UpstreamForms, EveryModelOfEveryMetafileIsThere) {
  const ImportedSuite read =
      import_suite({"fixtures/table/metafile_forms.yml"}, "", "suites/forms.json");
  const Suite suite = suite_from_json(read.suite, "suites/forms.json");
  EXPECT_THAT(ids_of(suite), ElementsAre("fcn_r50-d8_40k_streets", "fcn_r101-d8_40k_streets",
                                         "fcn_r50-d8_80k_streets", "fcn_r101-d8_80k_streets",
                                         "fastscnn_fast-scnn", "pidnet-s_120k_streets"));
  EXPECT_EQ(suite.rows[0].find_claim("fps")->value, 4.16);
  EXPECT_TRUE(suite.rows[1].find_claim("fps")->value.is_null());
  EXPECT_EQ(suite.rows[2].find_claim("fps")->value, 4.21);
  EXPECT_EQ(suite.rows[3].find_claim("fps")->value, 2.71);
  EXPECT_EQ(suite.rows[4].find_claim("miou_ms_flip")->value, 72.1);
  ASSERT_EQ(read.notices.size(), 1U);
  EXPECT_EQ(suite.rows[5].find_claim("memory")->conditions["unread"]["impossible"], true);
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
