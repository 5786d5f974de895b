#include "harness/record/chart.h"

#include <cmath>

#include <gtest/gtest.h>

#include "harness/base/error.h"

namespace harness {
namespace {

TEST(Chart, GoesThroughJsonUnchanged) {
  Chart chart;
  chart.title = "a";
  chart.x = {"step", false};
  chart.y = {"scale", true};
  chart.series = {{"one", SeriesKind::kLine, {{0, 1}, {1, std::nan("")}}},
                  {"two", SeriesKind::kBars, {{2, 3}}}};
  chart.marks = {{false, 65504, "the largest half"}};
  const Json json = parse_json(to_json(chart).dump(), "chart");
  const Chart read = chart_from_json(json, "chart");
  EXPECT_EQ(to_json(read), to_json(chart));
  EXPECT_TRUE(std::isnan(read.series[0].points[1].second));
  EXPECT_EQ(read.series[1].kind, SeriesKind::kBars);
  EXPECT_FALSE(read.marks[0].vertical);
  EXPECT_TRUE(read.y.logarithmic);
}

TEST(Chart, OfAnotherFormIsRefused) {
  EXPECT_THROW(chart_from_json(Json::object(), "file"), Error);
  Json chart = to_json(Chart{});
  chart["series"] = {{{"name", "a"}, {"kind", "line"}, {"points", {1, 2}}}};
  EXPECT_THROW(chart_from_json(chart, "file"), Error);
}

}  // namespace
}  // namespace harness
