#include "harness/report/html/report_page.h"

#include "harness/base/error.h"
#include "harness/judge/paper_run.h"
#include "harness/report/html/page_assets.h"
#include "harness/report/html/page_claims.h"
#include "harness/report/html/page_history.h"
#include "harness/report/html/page_summary.h"
#include "harness/report/html/page_template.h"
#include "harness/report/html/row_charts.h"
#include "harness/report/html/script_json.h"
#include "harness/report/xml_text.h"

namespace harness {
namespace {

/// The charts of the experiments in DIR/paper; none where there are none that can be read.
void add_paper_charts(const ReportInput& input, PageData& page) {
  if (!std::filesystem::exists(input.folder / "paper" / kPaperJobFile)) return;
  try {
    for (const auto& experiment : read_paper(input.folder / "paper").experiments) {
      const std::int64_t row = row_index(page, experiment.row);
      if (row < 0) continue;
      for (const auto& chart : experiment.charts) {
        PageChart shown = page_chart_of(chart);
        shown.row = row;
        add_chart(page.charts, std::move(shown));
      }
    }
  } catch (const Error& error) {
    page.notes.push_back(page_text(error.what()));
  }
}

void add_charts(const ReportInput& input, PageData& page) {
  for (const auto& row : input.suite.rows) {
    const auto results = input.run.results.find(row.id);
    if (results == input.run.results.end()) continue;
    const auto log = input.published.find(row.id);
    for (auto& chart : row_charts({row, results->second, input.folder / row.id,
                                   log == input.published.end() ? nullptr : &log->second})) {
      chart.row = row_index(page, row.id);
      page.charts.push_back(std::move(chart));
    }
  }
  add_paper_charts(input, page);
}

}  // namespace

PageData page_data(const ReportInput& input) {
  PageData page;
  page.suite = page_text(input.suite.name);
  page.sentence = whole_sentence(input.judged);
  page.exit = exit_code(input.judged);
  page.about = about_run(input);
  page.notes = run_notes(input);
  add_rows(input, page);
  add_results(input, page);
  add_claims(input, page);
  add_history(input, page);
  add_charts(input, page);
  return page;
}

std::string render_page(const PageData& page) {
  const std::string title = xml_text(page.suite);
  const std::string sentence = xml_text(page.sentence);
  const std::string data = script_json(record_to_json(page));
  const std::string script = policy_source(kPageScript) + " " + policy_source(kChartScript);
  const std::string style = policy_source(kPageStyle);
  return fill_template(kPageHtml, {{"title", title},
                                   {"sentence", sentence},
                                   {"script-digests", script},
                                   {"style-digest", style},
                                   {"style", kPageStyle},
                                   {"data", data},
                                   {"chart-script", kChartScript},
                                   {"script", kPageScript}});
}

}  // namespace harness
