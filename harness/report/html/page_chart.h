#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/record/chart.h"
#include "harness/record/fields.h"

namespace harness {

enum class PageSeriesKind { kLine, kPoints, kBars };

/// "line", "points", "bars".
std::string_view to_string(PageSeriesKind kind) noexcept;
bool read_name(std::string_view name, PageSeriesKind& kind) noexcept;

/// Points in the order of x, of which there are at most kSeriesPoints.
struct PageSeries {
  std::string name;
  PageSeriesKind kind = PageSeriesKind::kLine;
  std::vector<std::pair<double, double>> points;
  std::vector<std::pair<double, double>> spans;  ///< Low and high of each point, or none.

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("name", self.name);
    visit("kind", self.kind);
    visit("points", self.points);
    visit("spans", self.spans);
  }
};

/// A chart of a row, as data; the page's script draws it and puts its numbers in a table.
struct PageChart {
  std::int64_t row = 0;
  std::string title;
  std::string note;  ///< How to read it; may be "".
  ChartAxis x;
  ChartAxis y;
  std::vector<std::string> categories;  ///< Names of x = 0, 1, ...; none where x is a number.
  bool stacked = false;
  std::vector<PageSeries> series;
  std::vector<ChartMark> marks;

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("row", self.row);
    visit("title", self.title);
    visit("note", self.note);
    visit("x", self.x);
    visit("y", self.y);
    visit("categories", self.categories);
    visit("stacked", self.stacked);
    visit("series", self.series);
    visit("marks", self.marks);
  }
};

inline constexpr std::size_t kSeriesPoints = 300;

/// Adds the chart, made fit for a page: texts by page_text(), numbers of 6 significant digits,
/// series without a finite y left out; where x is a number, series of more than kSeriesPoints
/// points as means of as many neighbours as it takes. Nothing is added where no series is left.
void add_chart(std::vector<PageChart>& charts, PageChart chart);

/// A chart of an experiment (docs/paper.md) as one of the page.
PageChart page_chart_of(const Chart& chart);

}  // namespace harness
