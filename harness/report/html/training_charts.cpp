#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "harness/judge/statistics/equivalence.h"
#include "harness/judge/statistics/statistics.h"
#include "harness/record/training_record.h"
#include "harness/report/html/measured_records.h"
#include "harness/report/html/row_charts.h"
#include "harness/report/html/training_steps.h"

namespace harness {
namespace {

using Training = MeasuredRecord<TrainingRecord>;
using Curve = std::vector<std::pair<double, double>>;

constexpr const char* kPublished = "published log";
constexpr double kConfidence = 1.0 - 2.0 * kEquivalenceAlpha;  // Of the interval that is judged.

Curve published_points(const TrainingLog& log, const char* key) {
  Curve points;
  for (const auto& line : log.train) {
    const auto value = line.values.find(key);
    if (value == line.values.end() || !value->is_number()) continue;
    points.emplace_back(static_cast<double>(line.iteration), value->get<double>());
  }
  return points;
}

PageChart iteration_chart(std::string title, std::string y, bool logarithmic) {
  PageChart chart;
  chart.title = std::move(title);
  chart.x.label = "iteration";
  chart.y = {std::move(y), logarithmic};
  return chart;
}

void add_curves(const RowRecords& records, const std::vector<Training>& trainings,
                std::vector<PageChart>& charts) {
  PageChart loss = iteration_chart("Loss", "loss", false);
  PageChart rate = iteration_chart("Learning rate", "learning rate", false);
  PageChart norm = iteration_chart("Length of the gradient", "L2 norm", true);
  for (const auto& training : trainings) {
    const auto& result = *training.result;
    const std::string name = run_result_name(result.stage, result.precision, result.seed);
    const auto folder = records.folder / name.substr(0, name.rfind('.'));
    TrainingSteps steps = read_training_steps(folder / "steps.jsonl");
    using enum PageSeriesKind;
    loss.series.push_back({training.name(), kLine, std::move(steps.loss), {}});
    rate.series.push_back({training.name(), kLine, std::move(steps.learning_rate), {}});
    norm.series.push_back({training.name(), kLine, std::move(steps.gradient_norm), {}});
  }
  const bool has_steps = std::ranges::any_of(
      loss.series, [](const PageSeries& series) { return !series.points.empty(); });
  if (!has_steps) return;
  if (records.published != nullptr) {
    using enum PageSeriesKind;
    loss.series.push_back({kPublished, kLine, published_points(*records.published, "loss"), {}});
    rate.series.push_back({kPublished, kLine, published_points(*records.published, "lr"), {}});
  }
  loss.note = "The minimised loss, unscaled. Long trainings are shown as means of neighbours.";
  add_chart(charts, std::move(loss));
  add_chart(charts, std::move(rate));
  add_chart(charts, std::move(norm));
}

void add_validations(const RowRecords& records, const std::vector<Training>& trainings,
                     std::vector<PageChart>& charts) {
  PageChart chart = iteration_chart("mIoU on the validation images", "mIoU in %", false);
  for (const auto& training : trainings) {
    PageSeries series{training.name(), PageSeriesKind::kLine, {}, {}};
    for (const auto& one : training.record.validation) {
      series.points.emplace_back(static_cast<double>(one.iteration), one.miou);
    }
    chart.series.push_back(std::move(series));
  }
  if (records.published != nullptr) {
    PageSeries series{kPublished, PageSeriesKind::kLine, {}, {}};
    for (const auto& line : records.published->validation) {
      series.points.emplace_back(static_cast<double>(line.iteration),
                                 records.published->miou(line).value_or(kNotMeasured));
    }
    chart.series.push_back(std::move(series));
  }
  add_chart(charts, std::move(chart));
}

/// The scale in force in a step, by the changes that were recorded.
double scale_in(const ScaleRecord& scale, std::int64_t step) {
  double value = scale.first;
  for (const auto& change : scale.changes) {
    if (change.step <= step) value = change.scale;
  }
  return value;
}

/// A staircase through the changes.
Curve staircase(const TrainingRecord& training) {
  Curve points{{0.0, training.scale.first}};
  for (const auto& change : training.scale.changes) {
    const auto at = static_cast<double>(change.step);
    points.emplace_back(at, points.back().second);
    points.emplace_back(at, change.scale);
  }
  points.emplace_back(static_cast<double>(std::max<std::int64_t>(training.steps - 1, 0)),
                      points.back().second);
  return points;
}

void add_scales(const std::vector<Training>& trainings, std::vector<PageChart>& charts) {
  PageChart chart = iteration_chart("Loss scale, and the steps that it skipped", "scale", true);
  chart.x.label = "step";
  std::int64_t skipped = 0;
  for (const auto& training : trainings) {
    if (training.record.scaler == "none") continue;
    chart.series.push_back(
        {training.name(), PageSeriesKind::kLine, staircase(training.record), {}});
    PageSeries marks{training.name() + ": skipped", PageSeriesKind::kPoints, {}, {}};
    for (const auto step : training.record.skipped_steps) {
      marks.points.emplace_back(static_cast<double>(step), scale_in(training.record.scale, step));
    }
    chart.series.push_back(std::move(marks));
    skipped += training.record.skipped;
  }
  chart.note = fmt::format("{} skipped in all.",
                           skipped == 1 ? "1 step was" : fmt::format("{} steps were", skipped));
  add_chart(charts, std::move(chart));
}

/// Values of one arithmetic at x, and their mean with its interval.
void add_seeds(PageChart& chart, const std::string& name, const std::vector<double>& values) {
  const auto x = static_cast<double>(chart.categories.size());
  chart.categories.push_back(name);
  for (const double value : values) chart.series[0].points.emplace_back(x, value);
  const Sample sample = sample_of(values);
  if (sample.n < 2) return;
  const Interval interval = confidence_interval(difference_from(sample, 0.0), kConfidence);
  chart.series[1].points.emplace_back(x, sample.mean);
  chart.series[1].spans.emplace_back(interval.low, interval.high);
}

void add_published_seeds(const RowRecords& records, PageChart& chart) {
  const Claim* claim = records.row.find_claim("retrain.miou");
  if (claim == nullptr) return;
  const Json runs = claim->conditions.value("reference_runs", Json::array());
  std::vector<double> values;
  for (const auto& one : runs) {
    if (one.is_number()) values.push_back(one.get<double>());
  }
  if (!values.empty()) add_seeds(chart, "reference runs", values);
  if (!claim->value.is_number()) return;
  chart.marks.push_back(
      {false, claim->value.get<double>(), fmt::format("published {}", claim->value.get<double>())});
}

void add_seed_chart(const RowRecords& records, const std::vector<Training>& trainings,
                    std::vector<PageChart>& charts) {
  std::map<std::string, std::vector<double>> by_precision;
  for (const auto& training : trainings) {
    if (!training.record.is_whole() || !std::isfinite(training.record.miou)) continue;
    by_precision[training.result->precision].push_back(training.record.miou);
  }
  if (by_precision.empty()) return;
  PageChart chart;
  chart.title = "mIoU of each seed at the end";
  chart.note = fmt::format("A point is a training; the bar is the {:.0f} % interval of their mean.",
                           100.0 * kConfidence);
  chart.x.label = "arithmetic";
  chart.y.label = "mIoU in %";
  chart.series = {{"a seed", PageSeriesKind::kPoints, {}, {}},
                  {"mean with its interval", PageSeriesKind::kPoints, {}, {}}};
  for (const auto& [precision, values] : by_precision) add_seeds(chart, precision, values);
  add_published_seeds(records, chart);
  add_chart(charts, std::move(chart));
}

}  // namespace

void add_training_charts(const RowRecords& records, std::vector<PageChart>& charts) {
  const auto trainings = measured_records<TrainingRecord>(records.results, "train");
  if (trainings.empty()) return;
  add_curves(records, trainings, charts);
  add_validations(records, trainings, charts);
  add_scales(trainings, charts);
  add_seed_chart(records, trainings, charts);
}

}  // namespace harness
