#include "harness/report/html/page_chart.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include <fmt/format.h>

#include "harness/report/html/script_json.h"

namespace harness {
namespace {

using Points = std::vector<std::pair<double, double>>;

/// A page shows no more digits than these; records have them all.
double shown(double value) {
  return std::isfinite(value) ? std::strtod(fmt::format("{:.6g}", value).c_str(), nullptr)
                              : kNotMeasured;
}

void round(Points& points) {
  for (auto& [x, y] : points) {
    x = shown(x);
    y = shown(y);
  }
}

/// Means of neighbours; those that are not finite do not count.
Points thinned(const Points& points) {
  const std::size_t step = (points.size() + kSeriesPoints - 1) / kSeriesPoints;
  Points means;
  for (std::size_t begin = 0; begin < points.size(); begin += step) {
    const std::size_t end = std::min(begin + step, points.size());
    double x = 0.0;
    double y = 0.0;
    double finite = 0.0;
    for (std::size_t i = begin; i < end; ++i) {
      x += points[i].first / static_cast<double>(end - begin);
      if (!std::isfinite(points[i].second)) continue;
      y += points[i].second;
      ++finite;
    }
    means.emplace_back(x, finite == 0.0 ? kNotMeasured : y / finite);
  }
  return means;
}

bool has_no_number(const PageSeries& series) {
  return std::ranges::none_of(series.points,
                              [](const auto& point) { return std::isfinite(point.second); });
}

void prepare(PageSeries& series, bool is_thinned) {
  series.name = page_text(series.name);
  if (is_thinned && series.points.size() > kSeriesPoints && series.spans.empty()) {
    series.points = thinned(series.points);
  }
  round(series.points);
  round(series.spans);
}

}  // namespace

std::string_view to_string(PageSeriesKind kind) noexcept {
  switch (kind) {
    case PageSeriesKind::kLine:
      return "line";
    case PageSeriesKind::kPoints:
      return "points";
    case PageSeriesKind::kBars:
      return "bars";
  }
  return "";
}

bool read_name(std::string_view name, PageSeriesKind& kind) noexcept {
  for (const auto one : {PageSeriesKind::kLine, PageSeriesKind::kPoints, PageSeriesKind::kBars}) {
    if (name != to_string(one)) continue;
    kind = one;
    return true;
  }
  return false;
}

void add_chart(std::vector<PageChart>& charts, PageChart chart) {
  std::erase_if(chart.series, has_no_number);
  if (chart.series.empty()) return;
  chart.title = page_text(chart.title);
  chart.note = page_text(chart.note);
  chart.x.label = page_text(chart.x.label);
  chart.y.label = page_text(chart.y.label);
  for (auto& name : chart.categories) name = page_text(name);
  std::erase_if(chart.marks, [](const ChartMark& mark) { return !std::isfinite(mark.at); });
  for (auto& mark : chart.marks) {
    mark.at = shown(mark.at);
    mark.label = page_text(mark.label);
  }
  for (auto& series : chart.series) prepare(series, chart.categories.empty());
  charts.push_back(std::move(chart));
}

PageChart page_chart_of(const Chart& chart) {
  PageChart page;
  page.title = chart.title;
  page.x = chart.x;
  page.y = chart.y;
  page.marks = chart.marks;
  for (const auto& series : chart.series) {
    const auto kind =
        series.kind == SeriesKind::kBars ? PageSeriesKind::kBars : PageSeriesKind::kLine;
    page.series.push_back({series.name, kind, series.points, {}});
  }
  return page;
}

}  // namespace harness
