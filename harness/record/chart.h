#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/record/fields.h"

namespace harness {

/// One axis of a chart.
struct ChartAxis {
  std::string label;         ///< With its unit.
  bool logarithmic = false;  ///< Base 10; points that are not above 0 are left out.

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("label", self.label);
    visit("logarithmic", self.logarithmic);
  }
};

enum class SeriesKind { kLine, kBars };

/// "line", "bars".
std::string_view to_string(SeriesKind kind) noexcept;
bool read_name(std::string_view name, SeriesKind& kind) noexcept;

/// Points in the order of x. A y that is not finite is a gap.
struct ChartSeries {
  std::string name;
  SeriesKind kind = SeriesKind::kLine;
  std::vector<std::pair<double, double>> points;

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("name", self.name);
    visit("kind", self.kind);
    visit("points", self.points);
  }
};

/// A straight line across the whole chart: a threshold.
struct ChartMark {
  bool vertical = true;  ///< At an x, else at a y.
  double at = 0.0;
  std::string label;

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("vertical", self.vertical);
    visit("at", self.at);
    visit("label", self.label);
  }
};

/// A chart as data, a record (fields.h): the code that measures decides what is shown, and
/// harness/report draws it.
struct Chart {
  std::string title;
  ChartAxis x;
  ChartAxis y;
  std::vector<ChartSeries> series;
  std::vector<ChartMark> marks;

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("title", self.title);
    visit("x", self.x);
    visit("y", self.y);
    visit("series", self.series);
    visit("marks", self.marks);
  }
};

}  // namespace harness
