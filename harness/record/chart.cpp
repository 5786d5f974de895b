#include "harness/record/chart.h"

#include <limits>

#include "harness/base/error.h"

namespace harness {
namespace {

Json axis_json(const ChartAxis& axis) {
  return {{"label", axis.label}, {"logarithmic", axis.logarithmic}};
}

ChartAxis axis_from(const Json& value) {
  return {value.at("label").get<std::string>(), value.at("logarithmic").get<bool>()};
}

double number_or_nan(const Json& value) {
  return value.is_null() ? std::numeric_limits<double>::quiet_NaN() : value.get<double>();
}

ChartSeries series_from(const Json& value) {
  ChartSeries series;
  series.name = value.at("name").get<std::string>();
  const auto kind = value.at("kind").get<std::string>();
  series.kind = kind == "bars" ? SeriesKind::kBars : SeriesKind::kLine;
  for (const auto& point : value.at("points")) {
    series.points.emplace_back(number_or_nan(point.at(0)), number_or_nan(point.at(1)));
  }
  return series;
}

}  // namespace

Json to_json(const Chart& chart) {
  Json series = Json::array();
  for (const auto& one : chart.series) {
    Json points = Json::array();
    for (const auto& [x, y] : one.points) {
      Json point = Json::array();
      point.push_back(number_or_null(x));
      point.push_back(number_or_null(y));
      points.push_back(point);
    }
    const bool is_bars = one.kind == SeriesKind::kBars;
    series.push_back({{"name", one.name}, {"kind", is_bars ? "bars" : "line"}, {"points", points}});
  }
  Json marks = Json::array();
  for (const auto& mark : chart.marks) {
    marks.push_back({{"axis", mark.vertical ? "x" : "y"},
                     {"at", number_or_null(mark.at)},
                     {"label", mark.label}});
  }
  return {{"title", chart.title},
          {"x", axis_json(chart.x)},
          {"y", axis_json(chart.y)},
          {"series", series},
          {"marks", marks}};
}

Chart chart_from_json(const Json& value, std::string_view subject) {
  try {
    Chart chart;
    chart.title = value.at("title").get<std::string>();
    chart.x = axis_from(value.at("x"));
    chart.y = axis_from(value.at("y"));
    for (const auto& one : value.at("series")) chart.series.push_back(series_from(one));
    for (const auto& mark : value.at("marks")) {
      chart.marks.push_back({mark.at("axis") == "x", number_or_nan(mark.at("at")),
                             mark.at("label").get<std::string>()});
    }
    return chart;
  } catch (const nlohmann::json::exception& wrong) {
    throw Error(ErrorCode::kInvalidJson, subject,
                std::string("expected a chart (docs/paper.md): ") + wrong.what());
  }
}

}  // namespace harness
