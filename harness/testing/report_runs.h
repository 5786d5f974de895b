#pragma once

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

#include "harness/report/html/report_input.h"
#include "harness/report/html/row_charts.h"

namespace harness {

/// For tests: runs on a GPU whose records are kept.
inline const std::string kGpuEvidence = "docs/evidence/2026-11-27-nvidia-h200/";

/// A stored run, as a report reads it.
inline ReportInput report_input(const std::string& folder) {
  ReportInput input;
  input.folder = folder;
  input.run = read_run(folder);
  input.suite = input.run.suite;
  input.judged = judge_run(input.run, input.suite);
  return input;
}

/// What the charts of the suite's first row are made of; the input must live as long.
inline RowRecords first_row(const ReportInput& input) {
  const Row& row = input.suite.rows.front();
  return {row, input.run.results.at(row.id), input.folder / row.id, nullptr};
}

/// The chart whose title begins so. Throws std::runtime_error for none.
inline const PageChart& chart_of(const std::vector<PageChart>& charts, const std::string& title) {
  const auto found = std::ranges::find_if(
      charts, [&](const PageChart& chart) { return chart.title.starts_with(title); });
  if (found == charts.end()) throw std::runtime_error("no chart " + title);
  return *found;
}

}  // namespace harness
