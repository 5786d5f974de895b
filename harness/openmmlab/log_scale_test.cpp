#include "harness/openmmlab/log_scale.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace harness {
namespace {
using testing::HasSubstr;

ScaleOfLog scale_of(const std::vector<Json>& lines, bool of_mmengine = false) {
  std::vector<const Json*> places;
  for (const Json& line : lines) places.push_back(&line);
  return scale_of_log(places, of_mmengine);
}

std::string mmcv(const std::vector<Json>& lines) {
  return to_string(scale_of(lines).scale);
}

std::string mmengine(const std::vector<Json>& lines) {
  return to_string(scale_of(lines, true).scale);
}

Json means(double miou, double macc, double aacc) {
  return {{"mIoU", miou}, {"mAcc", macc}, {"aAcc", aacc}};
}

TEST(LogScale, TheUsualLogsNeedNoWord) {
  EXPECT_EQ(mmcv({means(0.3012, 0.4, 0.8211), means(0.7512, 0.8301, 0.9588)}), "fraction");
  EXPECT_EQ(mmengine({means(30.12, 40.5, 82.11), means(75.12, 83.01, 95.88)}), "percent");
  EXPECT_EQ(scale_of({means(0.75, 0.8, 0.9)}).reason, "");
  EXPECT_EQ(scale_of({means(75.0, 80.0, 90.0)}, true).reason, "");
  EXPECT_EQ(mmcv({}), "fraction");
  EXPECT_EQ(mmengine({}), "percent");
}

TEST(LogScale, ABrokenTrainingsPercentagesAreNoFractions) {
  // One class of 19 everywhere, on 7.6 % of the pixels.
  const Json broken = means(0.4, 5.26, 7.6);
  EXPECT_EQ(mmengine({broken}), "percent");
  EXPECT_EQ(mmcv({broken}), "percent");
  EXPECT_THAT(scale_of({broken}).reason, HasSubstr("percentages"));
  // One of 150 classes on 0.9 % of the pixels: everything is below 1.
  EXPECT_EQ(mmengine({means(0.01, 0.67, 0.9)}), "percent");
  EXPECT_EQ(mmcv({means(0.01, 0.67, 0.9)}), "unknown") << "fractions far apart, or percentages";
  // The later lines tell of the earlier ones.
  EXPECT_EQ(mmcv({means(0.01, 0.67, 0.9), means(12.5, 20.0, 50.0)}), "percent");
}

TEST(LogScale, FractionsInMmenginesFormAreSeenAndSaid) {
  const ScaleOfLog found = scale_of({means(0.02, 0.05, 0.4), means(0.75, 0.8, 0.9)}, true);
  EXPECT_EQ(found.scale, LogScale::kFraction);
  EXPECT_THAT(found.reason, HasSubstr("are fractions"));
}

TEST(LogScale, OneNumberAloneTellsNothing) {
  EXPECT_EQ(mmcv({{{"mIoU", 0.4}}}), "unknown");
  EXPECT_EQ(mmcv({{{"mIoU", 0.4}}, {{"mIoU", 0.75}}}), "unknown");
  EXPECT_EQ(mmengine({{{"mIoU", 0.4}}}), "unknown");
  EXPECT_EQ(mmengine({{{"mIoU", 0.4312}}}), "unknown");
  const ScaleOfLog found = scale_of({{{"lr", 1}}, {{"mIoU", 0.4}}});
  EXPECT_EQ(found.line, 1U);
  EXPECT_THAT(found.reason, HasSubstr("nothing in this log tells"));
}

TEST(LogScale, DigitsAndValuesAboveOneTell) {
  EXPECT_EQ(mmcv({{{"mIoU", 0.4031}}}), "fraction") << "percentages have two digits";
  EXPECT_EQ(mmcv({{{"mIoU", 0.9}}, {{"mIoU", 76.8}}}), "percent");
  EXPECT_EQ(mmcv({{{"mIoU", 0.0}}}), "fraction") << "0 is 0 in either";
  EXPECT_EQ(mmengine({{{"mIoU", 0.0}}}), "percent");
  EXPECT_EQ(mmcv({{{"mIoU", nullptr}}}), "fraction");
}

TEST(LogScale, ContradictionsAreNotDecided) {
  const ScaleOfLog mixed = scale_of({means(0.75, 0.8, 0.9), means(76.8, 84.0, 95.5)});
  EXPECT_EQ(mixed.scale, LogScale::kUnknown);
  EXPECT_THAT(mixed.reason, HasSubstr("those of other lines percentages"));
  const ScaleOfLog torn = scale_of({means(0.75, 80.0, 95.0)});
  EXPECT_EQ(torn.scale, LogScale::kUnknown);
  EXPECT_THAT(torn.reason, HasSubstr("not of one scale"));
}

TEST(LogScale, ReadsMeansUnderAPrefix) {
  EXPECT_EQ(mmcv({{{"val/mIoU", 0.4}, {"val/mAcc", 5.26}, {"val/aAcc", 7.6}}}), "percent");
}

}  // namespace
}  // namespace harness
