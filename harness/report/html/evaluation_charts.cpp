#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "harness/record/evaluation_record.h"
#include "harness/record/examine_record.h"
#include "harness/report/html/measured_records.h"
#include "harness/report/html/row_charts.h"
#include "harness/table/cityscapes_classes.h"

namespace harness {
namespace {

using Evaluations = std::vector<MeasuredRecord<EvaluationRecord>>;

/// The names in the checkpoint's meta, else those of Cityscapes where there are as many, else
/// numbers.
std::vector<std::string> class_names(const RowRecords& records, std::size_t count) {
  for (const auto& [result, examined] :
       measured_records<ExamineRecord>(records.results, "examine")) {
    if (!examined.checkpoint || !examined.checkpoint->meta.is_object()) continue;
    const Json names = examined.checkpoint->meta.value("CLASSES", Json());
    const bool are_texts =
        names.is_array() && names.size() == count &&
        std::ranges::all_of(names, [](const Json& one) { return one.is_string(); });
    if (are_texts) return names.get<std::vector<std::string>>();
  }
  std::vector<std::string> names;
  for (std::size_t i = 0; i < count; ++i) {
    const bool is_known = count == kCityscapesClasses.size();
    names.push_back(is_known ? kCityscapesClasses.at(i).name : fmt::format("class {}", i));
  }
  return names;
}

PageSeries by_class(const std::string& name, const std::vector<double>& values) {
  PageSeries series{name, PageSeriesKind::kBars, {}, {}};
  for (std::size_t i = 0; i < values.size(); ++i) {
    series.points.emplace_back(static_cast<double>(i), values[i]);
  }
  return series;
}

PageChart class_chart(const RowRecords& records, std::size_t classes) {
  PageChart chart;
  chart.x.label = "class";
  chart.categories = class_names(records, classes);
  return chart;
}

/// What half adds to FP32's IoU, which bars beside each other are too long to show.
PageChart difference_chart(const RowRecords& records, const EvaluationRecord& half,
                           const EvaluationRecord& single, const std::string& name) {
  PageChart chart = class_chart(records, half.iou.size());
  chart.title = fmt::format("IoU in {} minus IoU in fp32, by class", name);
  chart.note = "Of one checkpoint, on the same images. 0: the arithmetic makes no difference.";
  chart.y.label = "points";
  std::vector<double> differences;
  for (std::size_t i = 0; i < half.iou.size(); ++i) {
    differences.push_back(half.iou[i] - single.iou[i]);
  }
  chart.series = {by_class(name + " - fp32", differences)};
  return chart;
}

}  // namespace

void add_evaluation_charts(const RowRecords& records, std::vector<PageChart>& charts) {
  const Evaluations evaluations = measured_records<EvaluationRecord>(records.results, "evaluate");
  if (evaluations.empty()) return;
  const std::size_t classes = evaluations.front().record.iou.size();
  PageChart chart = class_chart(records, classes);
  chart.title = "IoU by class in each arithmetic";
  chart.y.label = "IoU in %";
  for (const auto& one : evaluations) {
    if (one.record.iou.size() != classes) continue;
    chart.series.push_back(
        by_class(fmt::format("{} (mIoU {:.2f})", one.name(), one.record.miou), one.record.iou));
  }
  add_chart(charts, std::move(chart));
  const auto single =
      std::ranges::find(evaluations, "fp32", [](const auto& one) { return one.result->precision; });
  if (single == evaluations.end()) return;
  for (const auto& one : evaluations) {
    if (&one == &*single || one.record.iou.size() != single->record.iou.size()) continue;
    add_chart(charts, difference_chart(records, one.record, single->record, one.name()));
  }
}

}  // namespace harness
