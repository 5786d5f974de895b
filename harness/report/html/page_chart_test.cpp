#include "harness/report/html/page_chart.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace harness {
namespace {
using testing::ElementsAre;
using testing::IsNan;
using testing::Pair;

PageChart chart(std::vector<std::pair<double, double>> points) {
  PageChart one;
  one.title = "Loss";
  one.series = {{"fp16", PageSeriesKind::kLine, std::move(points), {}}};
  return one;
}

TEST(PageChart, LeavesOutWhatHasNoNumber) {
  std::vector<PageChart> charts;
  add_chart(charts, chart({{0, kNotMeasured}}));
  EXPECT_TRUE(charts.empty());
  PageChart one = chart({{0, 1.0}, {1, kNotMeasured}});
  one.series.push_back({"empty", PageSeriesKind::kBars, {}, {}});
  one.marks = {{true, kNotMeasured, "nowhere"}, {false, 2.0, "limit"}};
  add_chart(charts, one);
  ASSERT_EQ(charts.size(), 1U);
  ASSERT_EQ(charts[0].series.size(), 1U);
  EXPECT_THAT(charts[0].series[0].points, ElementsAre(Pair(0, 1.0), Pair(1, IsNan())));
  EXPECT_EQ(charts[0].marks.size(), 1U);
}

TEST(PageChart, ShowsSixDigits) {
  std::vector<PageChart> charts;
  add_chart(charts, chart({{1, 0.123456789}}));
  EXPECT_EQ(charts.at(0).series.at(0).points.at(0).second, 0.123457);
}

TEST(PageChart, ThinsLongSeriesToMeans) {
  std::vector<std::pair<double, double>> points;
  for (int i = 0; i < 80000; ++i) points.emplace_back(i, i % 2 == 0 ? 1.0 : 3.0);
  points[1].second = kNotMeasured;
  std::vector<PageChart> charts;
  add_chart(charts, chart(points));
  const auto& series = charts.at(0).series.at(0);
  EXPECT_LE(series.points.size(), kSeriesPoints);
  EXPECT_GT(series.points.size(), kSeriesPoints / 2);
  EXPECT_NEAR(series.points[1].second, 2.0, 0.02);
  EXPECT_NEAR(series.points[0].second, 2.0, 0.02);
}

TEST(PageChart, KeepsAllCategories) {
  PageChart one = chart({});
  for (int i = 0; i < 400; ++i) {
    one.categories.push_back(std::to_string(i));
    one.series[0].points.emplace_back(i, 1.0);
  }
  std::vector<PageChart> charts;
  add_chart(charts, one);
  EXPECT_EQ(charts.at(0).series.at(0).points.size(), 400U);
}

TEST(PageChart, HasTheTextsOfARecordWithoutControlCharacters) {
  PageChart one = chart({{0, 1}});
  one.title = "a\x1b";
  one.series[0].name = "b\u202E";
  std::vector<PageChart> charts;
  add_chart(charts, one);
  EXPECT_EQ(charts.at(0).title, "a\uFFFD");
  EXPECT_EQ(charts.at(0).series.at(0).name, "b\uFFFD");
}

TEST(PageChart, TakesOverAChartOfAnExperiment) {
  Chart chart;
  chart.title = "Gradients";
  chart.y = {"share", true};
  chart.series = {{"bars", SeriesKind::kBars, {{-24, 1}}}, {"line", SeriesKind::kLine, {{0, 2}}}};
  chart.marks = {{true, -24.0, "smallest"}};
  const PageChart page = page_chart_of(chart);
  EXPECT_EQ(page.title, "Gradients");
  EXPECT_TRUE(page.y.logarithmic);
  EXPECT_EQ(page.series.at(0).kind, PageSeriesKind::kBars);
  EXPECT_EQ(page.series.at(1).kind, PageSeriesKind::kLine);
  EXPECT_EQ(page.marks.at(0).at, -24.0);
}

}  // namespace
}  // namespace harness
