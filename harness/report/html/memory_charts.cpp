#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "harness/record/memory_record.h"
#include "harness/report/html/measured_records.h"
#include "harness/report/html/row_charts.h"

namespace harness {
namespace {

using Memory = MeasuredRecord<MemoryRecord>;

double gib(std::int64_t bytes) {
  return static_cast<double>(bytes) / 0x1p30;
}

std::int64_t sum_of(const BytesByKind& bytes) {
  std::int64_t sum = 0;
  for (const auto& [kind, count] : bytes) sum += count;
  return sum;
}

/// The parts of a peak, in the order in which they are stacked; they add up to its bytes.
std::vector<std::pair<std::string, std::int64_t>> parts_of(const MemoryPeak& peak) {
  const StandingMemory& standing = peak.standing;
  return {{"weights", standing.weights},
          {"FP32 masters", standing.masters},
          {"gradients", standing.gradients},
          {"masters' gradients", standing.master_gradients},
          {"momentum", standing.momentum},
          {"buffers", standing.buffers},
          {"input", standing.input},
          {"activations", sum_of(peak.activations)},
          {"temporaries", sum_of(peak.temporaries)},
          {"workspaces", sum_of(peak.workspaces)},
          {"other", standing.other}};
}

PageChart memory_chart(std::string title) {
  PageChart chart;
  chart.title = std::move(title);
  chart.y.label = "GiB";
  return chart;
}

/// The number of the table, where it is that of training and its gigabyte is known.
void add_published_memory(const Row& row, PageChart& chart) {
  const Claim* claim = row.find_claim("memory");
  if (claim == nullptr || !claim->value.is_number()) return;
  if (claim->conditions.value("stage", "") != "train") return;
  const double bytes =
      claim->conditions.value("gigabyte", "") == "MB/1000" ? 1000.0 * 0x1p20 : 0x1p30;
  chart.marks.push_back({false, claim->value.get<double>() * bytes / 0x1p30,
                         fmt::format("published {} GB", claim->value.get<double>())});
}

void add_peaks(const RowRecords& records, const std::vector<Memory>& list,
               std::vector<PageChart>& charts) {
  PageChart chart = memory_chart("Memory of a training step at its peak");
  chart.x.label = "arithmetic";
  chart.stacked = true;
  for (const auto& [name, bytes] : parts_of(list.front().record.peak)) {
    chart.series.push_back({name, PageSeriesKind::kBars, {}, {}});
  }
  std::string phases;
  for (const auto& memory : list) {
    const auto x = static_cast<double>(chart.categories.size());
    chart.categories.push_back(memory.name());
    const auto parts = parts_of(memory.record.peak);
    for (std::size_t i = 0; i < parts.size(); ++i) {
      chart.series[i].points.emplace_back(x, gib(parts[i].second));
    }
    phases += fmt::format("{}{}: in {}", phases.empty() ? "" : "; ", memory.name(),
                          memory.record.peak.phase);
  }
  std::erase_if(chart.series, [](const PageSeries& series) {
    return std::ranges::all_of(series.points, [](const auto& at) { return at.second == 0.0; });
  });
  chart.note = "Where the peak lies: " + phases + ".";
  add_published_memory(records.row, chart);
  add_chart(charts, std::move(chart));
}

/// A bar for each key that any of the records has, for each of them.
template <typename Get>
void add_bars(PageChart chart, const std::vector<Memory>& list, const Get& get,
              std::vector<PageChart>& charts) {
  std::set<std::string> names;
  for (const auto& memory : list) {
    for (const auto& [name, bytes] : get(memory.record)) names.insert(name);
  }
  chart.categories.assign(names.begin(), names.end());
  for (const auto& memory : list) {
    PageSeries series{memory.name(), PageSeriesKind::kBars, {}, {}};
    const auto& bytes = get(memory.record);
    for (std::size_t i = 0; i < chart.categories.size(); ++i) {
      const auto found = bytes.find(chart.categories[i]);
      series.points.emplace_back(static_cast<double>(i),
                                 found == bytes.end() ? 0.0 : gib(found->second));
    }
    chart.series.push_back(std::move(series));
  }
  add_chart(charts, std::move(chart));
}

}  // namespace

void add_memory_charts(const RowRecords& records, std::vector<PageChart>& charts) {
  const auto list = measured_records<MemoryRecord>(records.results, "memory");
  if (list.empty()) return;
  add_peaks(records, list, charts);
  PageChart phases = memory_chart("Largest memory in each phase of a step");
  phases.x.label = "phase";
  add_bars(
      std::move(phases), list,
      [](const MemoryRecord& record) -> const BytesByKind& { return record.phases; }, charts);
  PageChart kept = memory_chart("Activations kept for backward, by what made them");
  kept.x.label = "operator";
  add_bars(
      std::move(kept), list,
      [](const MemoryRecord& record) -> const BytesByKind& { return record.kept; }, charts);
}

}  // namespace harness
