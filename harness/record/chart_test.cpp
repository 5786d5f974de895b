#include "harness/record/chart.h"

#include <array>
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
  const Json json = parse_json(record_to_json(chart).dump(), "chart");
  const Chart read = record_from_json<Chart>(json, "chart");
  EXPECT_EQ(record_to_json(read), record_to_json(chart));
  EXPECT_TRUE(std::isnan(read.series[0].points[1].second));
  EXPECT_EQ(read.series[1].kind, SeriesKind::kBars);
  EXPECT_FALSE(read.marks[0].vertical);
  EXPECT_TRUE(read.y.logarithmic);
}

struct WrongChart {
  const char* what;
  void (*break_it)(Json& chart);
};

TEST(Chart, OfAnotherFormIsRefused) {
  const auto cases = std::to_array<WrongChart>({
      {"a point of one number", [](Json& chart) { chart["series"][0]["points"][0] = {1}; }},
      {"a point of three",
       [](Json& chart) {
         chart["series"][0]["points"][0] = {1, 2, 3};
       }},
      {"a point that is a number", [](Json& chart) { chart["series"][0]["points"][0] = 1; }},
      {"a kind that nobody draws", [](Json& chart) { chart["series"][0]["kind"] = "pie"; }},
      {"an axis without a label", [](Json& chart) { chart["x"].erase("label"); }},
      {"a key that nobody knows", [](Json& chart) { chart["colour"] = "red"; }},
  });
  Chart good;
  good.series = {{"a", SeriesKind::kLine, {{1, 2}}}};
  for (const auto& wrong : cases) {
    Json chart = record_to_json(good);
    wrong.break_it(chart);
    EXPECT_THROW(record_from_json<Chart>(chart, "file"), Error) << wrong.what;
  }
}

}  // namespace
}  // namespace harness
