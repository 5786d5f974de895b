// A whole method's page as upstream writes it: a section for each data set, backbones, schedules
// and crops side by side, single-scale and ms+flip numbers, and its metafile.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/table/import/import.h"
#include "harness/table/suite.h"

namespace harness {
namespace {

Suite family() {
  const ImportedSuite imported = import_suite(
      {"fixtures/table/deeplabv3plus_family.md", "fixtures/table/deeplabv3plus_family.yml"}, "",
      "suites/family.json");
  EXPECT_TRUE(imported.notices.empty());
  return suite_from_json(imported.suite, "suites/family.json");
}

TEST(FamilyImport, EveryRowOfEverySectionIsThere) {
  const Suite suite = family();
  std::vector<std::string> ids;
  for (const Row& row : suite.rows) {
    ids.push_back(row.id.substr(std::string("deeplabv3plus_").size()));
    EXPECT_EQ(row.method, "DeepLabV3+");
    EXPECT_EQ(row.model["decode_head"]["type"], "DepthwiseSeparableASPPHead");
    EXPECT_TRUE(row.checkpoint.ends_with(".pth")) << row.id;
    EXPECT_TRUE(row.log.ends_with(".log.json")) << row.id;
    EXPECT_TRUE(row.config.ends_with(row.id + ".py")) << row.id;
  }
  EXPECT_THAT(
      ids, testing::ElementsAre("r50-d8_512x1024_40k_cityscapes", "r101-d8_512x1024_40k_cityscapes",
                                "r101-d8_769x769_40k_cityscapes", "r101-d8_512x1024_80k_cityscapes",
                                "r18-d8_512x1024_80k_cityscapes", "r50-d8_512x512_80k_ade20k",
                                "r101-d8_512x512_160k_ade20k", "r50-d8_512x512_20k_voc12aug"));
}

TEST(FamilyImport, EachRowHasItsOwnBackboneScheduleAndNumbers) {
  const Suite suite = family();
  const Row& whole = select_row(suite, "r101-d8_512x1024_40k");
  EXPECT_EQ(whole.model["backbone"]["depth"], 101);
  EXPECT_EQ(whole.recipe, (Json{{"iterations", 40000}, {"crop", {512, 1024}}}));
  EXPECT_EQ(whole.find_claim("memory")->value, 11);
  EXPECT_EQ(whole.find_claim("memory")->digits, 0) << "printed as 11: 10.5 to 11.5";
  EXPECT_EQ(whole.find_claim("miou_ms_flip")->value, 81.82);
  const Row& long_schedule = select_row(suite, "r101-d8_512x1024_80k");
  EXPECT_TRUE(long_schedule.find_claim("memory")->value.is_null()) << "printed as -";
  EXPECT_TRUE(long_schedule.find_claim("fps")->value.is_null());
  EXPECT_EQ(long_schedule.find_claim("hash")->value, "068fcfe9");
  EXPECT_EQ(select_row(suite, "160k_ade20k").recipe["iterations"], 160000);
  EXPECT_EQ(select_row(suite, "769x769").find_claim("config.crop")->value, "769x769");
}

TEST(FamilyImport, TheMetafileAddsHowTheSpeedWasMeasured) {
  const Suite suite = family();
  const Claim& fps = *select_row(suite, "r50-d8_512x1024_40k").find_claim("fps");
  EXPECT_EQ(fps.value, 3.94);
  EXPECT_EQ(fps.conditions["hardware"], "V100");
  EXPECT_EQ(fps.conditions["resolution"], (Json{512, 1024}));
  EXPECT_FALSE(fps.conditions.contains("metafile")) << "253.81 ms are 3.94 fps";
}

}  // namespace
}  // namespace harness
