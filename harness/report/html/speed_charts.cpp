#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>

#include "harness/base/number_text.h"
#include "harness/record/speed_record.h"
#include "harness/report/html/measured_records.h"
#include "harness/report/html/row_charts.h"

namespace harness {
namespace {

using Speed = MeasuredRecord<SpeedRecord>;

constexpr std::size_t kBins = 24;
constexpr std::size_t kFewestImages = 8;  // Fewer make no distribution.

/// Images per second of every timed image.
std::vector<double> rates_of(const std::vector<double>& seconds) {
  std::vector<double> rates;
  for (const double one : seconds) {
    if (std::isfinite(one) && one > 0.0) rates.push_back(1.0 / one);
  }
  std::ranges::sort(rates);
  return rates;
}

std::vector<double> all_of(const std::vector<std::vector<double>>& blocks) {
  std::vector<double> all;
  for (const auto& block : blocks) all.insert(all.end(), block.begin(), block.end());
  return all;
}

/// Counts in bins of one width from the least to the greatest; x is a bin's middle.
PageSeries histogram(const std::string& name, const std::vector<double>& sorted) {
  PageSeries series{name, PageSeriesKind::kBars, {}, {}};
  const double low = sorted.front();
  const double width = std::max((sorted.back() - low) / static_cast<double>(kBins), 1e-9 * low);
  std::vector<double> counts(kBins, 0.0);
  for (const double value : sorted) {
    const auto bin = static_cast<std::size_t>((value - low) / width);
    ++counts[std::min(bin, kBins - 1)];
  }
  for (std::size_t i = 0; i < kBins; ++i) {
    series.points.emplace_back(low + (static_cast<double>(i) + 0.5) * width, counts[i]);
  }
  return series;
}

/// What the table says, where it is near enough to be seen, and in words where it is not.
void add_published_rate(const Row& row, const std::vector<double>& sorted, PageChart& chart) {
  const Claim* claim = row.find_claim("fps");
  if (claim == nullptr || !claim->value.is_number()) return;
  const auto published = claim->value.get<double>();
  const std::string text = fmt::format("published {}", published);
  const std::string hardware = claim->conditions.value("hardware", "hardware that is not named");
  chart.note += fmt::format("; {} on {}", text, hardware);
  const double width = sorted.back() - sorted.front();
  const bool is_near = published > sorted.front() - width && published < sorted.back() + width;
  if (is_near) chart.marks.push_back({true, published, text});
}

void add_rates(const RowRecords& records, const Speed& speed, const std::string& protocol,
               const std::vector<double>& seconds, std::vector<PageChart>& charts) {
  const std::vector<double> sorted = rates_of(seconds);
  if (sorted.size() < kFewestImages) return;
  const double median = sorted[sorted.size() / 2];
  PageChart chart;
  chart.title = fmt::format("Images per second in {}, {}", speed.name(), protocol);
  chart.x.label = "images per second, of one image";
  chart.y.label = "images";
  chart.note =
      fmt::format("{}, median {}", plural(std::ssize(sorted), "image"), short_text(median));
  chart.series = {histogram(speed.name(), sorted)};
  chart.marks = {{true, median, "median"}};
  // The table's number is that of the row's own arithmetic.
  if (speed.result->precision != "fp32" || records.row.policy() == Policy::kFp32) {
    add_published_rate(records.row, sorted, chart);
  }
  add_chart(charts, std::move(chart));
}

void add_kernels(const std::vector<Speed>& list, std::vector<PageChart>& charts) {
  std::set<std::string> kinds;
  for (const auto& speed : list) {
    if (!speed.record.kernels) continue;
    for (const auto& [kind, seconds] : speed.record.kernels->seconds) kinds.insert(kind);
  }
  PageChart chart;
  chart.title = "Time of one image on the GPU, by kind of kernel";
  chart.x.label = "kind of kernel";
  chart.y.label = "ms";
  chart.categories.assign(kinds.begin(), kinds.end());
  for (const auto& speed : list) {
    if (!speed.record.kernels) continue;
    const auto& seconds = speed.record.kernels->seconds;
    PageSeries series{speed.name(), PageSeriesKind::kBars, {}, {}};
    for (std::size_t i = 0; i < chart.categories.size(); ++i) {
      const auto found = seconds.find(chart.categories[i]);
      series.points.emplace_back(static_cast<double>(i),
                                 found == seconds.end() ? 0.0 : 1e3 * found->second);
    }
    chart.series.push_back(std::move(series));
  }
  add_chart(charts, std::move(chart));
}

}  // namespace

void add_speed_charts(const RowRecords& records, std::vector<PageChart>& charts) {
  const auto list = measured_records<SpeedRecord>(records.results, "speed");
  for (const auto& speed : list) {
    if (speed.record.source) {
      add_rates(records, speed, "by the source's protocol", speed.record.source->seconds, charts);
    }
    if (speed.record.own) {
      add_rates(records, speed, "by our own protocol", all_of(speed.record.own->seconds), charts);
    }
  }
  add_kernels(list, charts);
}

}  // namespace harness
