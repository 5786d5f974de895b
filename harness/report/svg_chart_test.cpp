#include "harness/report/svg_chart.h"

#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace harness {
namespace {
using testing::HasSubstr;
using testing::Not;

Chart chart() {
  Chart one;
  one.title = "Scale";
  one.x.label = "step";
  one.y = {"scale", true};
  one.series = {{"dynamic", SeriesKind::kLine, {{0, 1000}, {1, 100}, {2, 10}}}};
  return one;
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

TEST(SvgChart, HasTitleAxesTicksLegendAndLine) {
  const std::string svg = render_svg("overflow", {chart()});
  EXPECT_THAT(svg, HasSubstr("<title id=\"title\">overflow</title>"));
  EXPECT_THAT(svg, HasSubstr("Scale: scale over step for dynamic."));
  EXPECT_THAT(svg, HasSubstr(">step</text>"));
  EXPECT_THAT(svg, HasSubstr(">dynamic</text>"));
  EXPECT_THAT(svg, HasSubstr("10<tspan dy=\"-5\" font-size=\"9\">3</tspan>"));
  EXPECT_EQ(count(svg, "<circle"), 3u);
  // From x = 76 to 736; 1000 is the top of the chart (56), 10 its bottom (278).
  EXPECT_THAT(svg, HasSubstr("M 76.00 56.00 L 406.00 167.00 L 736.00 278.00"));
  EXPECT_EQ(count(svg, "<g"), count(svg, "</g>"));
}

TEST(SvgChart, NeedsNothingFromOutsideAndEscapesWhatItIsGiven) {
  Chart hostile = chart();
  hostile.title = "<script>alert(1)</script>";
  hostile.series[0].name = "\"><a href=\"http://example.org\">";
  hostile.marks = {{true, 1.0, "a & b"}};
  const std::string svg = render_svg("<b>", {hostile});
  EXPECT_THAT(svg, Not(HasSubstr("<script")));
  EXPECT_THAT(svg, Not(HasSubstr("<a ")));
  EXPECT_THAT(svg, Not(HasSubstr("<b>")));
  EXPECT_THAT(svg, HasSubstr("a &amp; b"));
  EXPECT_EQ(count(svg, "http"), 3u);  // The namespace, and the name as text, twice.
}

TEST(SvgChart, WhatIsNotFiniteIsAGapAndNothingIsNoData) {
  Chart gap = chart();
  gap.series[0].points = {{0, 1000}, {1, std::nan("")}, {2, 10}, {3, -5}};
  const std::string svg = render_svg("", {gap});
  EXPECT_THAT(svg, HasSubstr("M 76.00 56.00 M 736.00 278.00\""));
  EXPECT_THAT(svg, Not(HasSubstr("nan")));
  gap.series[0].points = {{0, std::numeric_limits<double>::infinity()}};
  EXPECT_THAT(render_svg("", {gap}), HasSubstr("no data"));
  EXPECT_THAT(render_svg("", {Chart{}}), HasSubstr("no data"));
}

TEST(SvgChart, BarsStandSideBySideOnTheBottomLine) {
  Chart bars;
  bars.series = {{"a", SeriesKind::kBars, {{0.5, 10}, {1.5, 5}}},
                 {"b", SeriesKind::kBars, {{0.5, 0}, {1.5, 5}}}};
  bars.marks = {{true, 1.0, "here"}};
  const std::string svg = render_svg("", {bars});
  EXPECT_EQ(count(svg, "<rect x="), 3u);  // The empty one is not drawn.
  // x from 0 to 2 on 660 pixels: a's first bar goes from 0.05 to 0.5, over the whole height.
  EXPECT_THAT(svg, HasSubstr("<rect x=\"92.50\" y=\"56.00\" width=\"148.50\" height=\"222.00\"/>"));
  EXPECT_THAT(svg, HasSubstr(">here</text>"));
}

TEST(SvgChart, TicksAreRoundNumbers) {
  EXPECT_EQ(linear_ticks(0, 10, 5), (std::vector<double>{0, 2, 4, 6, 8, 10}));
  EXPECT_EQ(linear_ticks(-1.2, 1.2, 6), (std::vector<double>{-1, -0.5, 0, 0.5, 1}));
  EXPECT_EQ(linear_ticks(0, 99, 5), (std::vector<double>{0, 20, 40, 60, 80}));
  EXPECT_TRUE(linear_ticks(1, 1, 5).empty());
  EXPECT_TRUE(linear_ticks(0, std::nan(""), 5).empty());
}

}  // namespace
}  // namespace harness
