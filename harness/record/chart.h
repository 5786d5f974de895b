#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/base/json.h"

namespace harness {

/// What is drawn along one side of a chart.
struct ChartAxis {
  std::string label;         ///< With its unit.
  bool logarithmic = false;  ///< To base 10; points that are not above 0 are left out.
};

enum class SeriesKind { kLine, kBars };

/// Points in the order of x. A y that is not finite is a gap.
struct ChartSeries {
  std::string name;
  SeriesKind kind = SeriesKind::kLine;
  std::vector<std::pair<double, double>> points;
};

/// A straight line across the whole chart: a threshold.
struct ChartMark {
  bool vertical = true;  ///< At an x, else at a y.
  double at = 0.0;
  std::string label;
};

/// A chart as data: whoever measures says what is to be seen, harness/report draws it.
struct Chart {
  std::string title;
  ChartAxis x;
  ChartAxis y;
  std::vector<ChartSeries> series;
  std::vector<ChartMark> marks;
};

/// {"title", "x": {"label", "logarithmic"}, "y", "series": [{"name", "kind": "line" | "bars",
/// "points": [[x, y]...]}], "marks": [{"axis": "x" | "y", "at", "label"}]}; numbers that are not
/// finite are null.
Json to_json(const Chart& chart);

/// Throws Error(kInvalidJson) that names `subject` for a chart of another form.
Chart chart_from_json(const Json& value, std::string_view subject);

}  // namespace harness
