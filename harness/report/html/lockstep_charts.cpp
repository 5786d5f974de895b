#include <fmt/format.h>

#include "harness/record/lockstep_record.h"
#include "harness/report/html/measured_records.h"
#include "harness/report/html/row_charts.h"

namespace harness {
namespace {

using Lockstep = MeasuredRecord<LockstepRecord>;

PageChart step_chart(std::string title, std::string y, bool logarithmic) {
  PageChart chart;
  chart.title = std::move(title);
  chart.x.label = "step";
  chart.y = {std::move(y), logarithmic};
  return chart;
}

/// A value of each step.
template <typename Value>
PageSeries series_of(const LockstepRecord& record, std::string name, const Value& value) {
  PageSeries series{std::move(name), PageSeriesKind::kLine, {}, {}};
  for (const auto& step : record.series) {
    series.points.emplace_back(static_cast<double>(step.step), value(step));
  }
  return series;
}

/// Distances of one part from FP64, over the part's length.
void add_distances(const Lockstep& lockstep, LockstepDistance LockstepDistances::*part,
                   const std::string& title, std::vector<PageChart>& charts) {
  PageChart chart = step_chart(fmt::format("{}: distance from FP64 ({})", title, lockstep.name()),
                               "distance / length", true);
  chart.note =
      "Over all tensors together. The twin is FP64 that rounds where half stores: what "
      "precision costs by itself.";
  const auto add = [&](const std::string& name, double LockstepDistance::*lane) {
    chart.series.push_back(series_of(lockstep.record, name, [=](const LockstepStep& step) {
      const LockstepDistance& distance = step.distance.*part;
      return distance.*lane / distance.norm;
    }));
  };
  add(lockstep.record.policy, &LockstepDistance::policy);
  add("twin: rounding alone", &LockstepDistance::twin);
  add("fp32", &LockstepDistance::fp32);
  add_chart(charts, std::move(chart));
}

double percent(std::int64_t part, std::int64_t whole) {
  return whole == 0 ? kNotMeasured : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

void add_gradients(const Lockstep& lockstep, std::vector<PageChart>& charts) {
  PageChart chart =
      step_chart(fmt::format("Gradients that half cannot hold well ({})", lockstep.name()),
                 "% of the elements", false);
  chart.note =
      "Of the scaled gradients. Subnormal: below 2^-14, with fewer digits. Flushed: 0 in "
      "half and not in FP64.";
  chart.series = {series_of(lockstep.record, "subnormal",
                            [](const LockstepStep& step) {
                              return percent(step.gradients.half_subnormals,
                                             step.gradients.looked_at);
                            }),
                  series_of(lockstep.record, "flushed to 0", [](const LockstepStep& step) {
                    return percent(step.gradients.flushed, step.gradients.looked_at);
                  })};
  add_chart(charts, std::move(chart));
}

void add_losses(const Lockstep& lockstep, std::vector<PageChart>& charts) {
  PageChart chart =
      step_chart(fmt::format("Loss, step by step ({})", lockstep.name()), "loss", false);
  const auto add = [&](const std::string& name, double LockstepLosses::*lane) {
    chart.series.push_back(series_of(lockstep.record, name,
                                     [=](const LockstepStep& step) { return step.loss.*lane; }));
  };
  add(lockstep.record.policy, &LockstepLosses::policy);
  add("fp32", &LockstepLosses::fp32);
  add("fp64", &LockstepLosses::fp64);
  add_chart(charts, std::move(chart));
}

}  // namespace

void add_lockstep_charts(const RowRecords& records, std::vector<PageChart>& charts) {
  for (const auto& one : measured_records<LockstepRecord>(records.results, "lockstep")) {
    add_distances(one, &LockstepDistances::gradient, "Gradient", charts);
    add_distances(one, &LockstepDistances::weights, "Weights", charts);
    add_gradients(one, charts);
    add_losses(one, charts);
  }
}

}  // namespace harness
