#include "harness/report/html/report_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/file.h"
#include "harness/judge/paper_run.h"
#include "harness/report/html/page_assets.h"
#include "harness/report/html/page_template.h"
#include "harness/report/html/script_json.h"
#include "harness/testing/report_runs.h"

namespace harness {
namespace {
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

/// The text between two others.
std::string between(const std::string& text, const std::string& before, const std::string& after) {
  const auto begin = text.find(before) + before.size();
  return text.substr(begin, text.find(after, begin) - begin);
}

const std::string kHostile = "</script></title><script>alert(1)</script><!--\"'&\x1b\u202E\u2028";

TEST(ReportPage, HoldsItsDataAsOneBlockOfJson) {
  const PageData page = page_data(report_input(kGpuEvidence + "correctness/minizoo"));
  EXPECT_EQ(page.exit, 0);
  EXPECT_EQ(page.claims.size(), 80U);
  EXPECT_EQ(page.charts.size(), 8U);
  const std::string html = render_page(page);
  const std::string block =
      between(html, "<script type=\"application/json\" id=\"page-data\">", "</script>");
  EXPECT_EQ(parse_json(block, "page"), record_to_json(page));
}

/// DIR/paper with one experiment of the row that has a chart.
void write_paper(const std::filesystem::path& directory, const Suite& suite) {
  const std::filesystem::path folder = directory / "paper";
  std::filesystem::create_directories(folder);
  Experiment experiment =
      new_experiment(PaperExperiment::kLossScaling, suite.name, suite.rows.front().id);
  experiment.seed = 0;
  experiment.key = "key";
  Chart chart;
  chart.title = "Exponents of gradients";
  chart.series = {{"gradients", SeriesKind::kBars, {{-30, 0.5}, {-10, 0.5}}}};
  chart.marks = {{true, -24.5, "below, half is 0"}};
  experiment.charts = {chart};
  const std::string stem = experiment_file_stem("loss-scaling", experiment.row);
  write_json_file(folder / (stem + ".json"), to_json(experiment));
  PaperJobRecord job;
  job.suite = suite.name;
  job.rows = {experiment.row};
  job.seeds = {0};
  job.experiments = {"loss-scaling"};
  job.rows_as_run = {{experiment.row, std::string(64, '0')}};
  job.asked = experiments_of(job);
  job.asked.at(0).key = experiment.key;
  write_json_file(folder / kPaperJobFile, to_json(job));
}

TEST(ReportPage, ShowsTheChartsOfThePapersExperiments) {
  const TemporaryFolder folder;
  ReportInput input = report_input(kGpuEvidence + "correctness/lockstep-fcn");
  input.folder = folder.path();
  write_paper(folder.path(), input.suite);
  const PageData page = page_data(input);
  const PageChart& chart = chart_of(page.charts, "Exponents of gradients");
  EXPECT_EQ(chart.row, 0);
  EXPECT_EQ(chart.marks.at(0).at, -24.5);
  write_file_atomic(folder.path() / "paper" / kPaperJobFile, "{");
  EXPECT_THAT(page_data(input).notes, Contains(HasSubstr(kPaperJobFile)));
}

TEST(ReportPage, AllowsItsOwnScriptsAndNothingElse) {
  const std::string html = render_page({});
  const std::string policy = between(html, "Content-Security-Policy\" content=\"", "\"");
  EXPECT_THAT(policy, HasSubstr("default-src 'none'"));
  EXPECT_THAT(policy, HasSubstr(policy_source(kPageScript)));
  EXPECT_THAT(policy, HasSubstr(policy_source(kChartScript)));
  EXPECT_THAT(policy, HasSubstr(policy_source(kPageStyle)));
  EXPECT_THAT(policy, Not(HasSubstr("unsafe")));
  EXPECT_THAT(policy, Not(HasSubstr("http")));
  EXPECT_THAT(html, HasSubstr(std::string("<script>") + std::string(kPageScript) + "</script>"));
  EXPECT_EQ(count(html, " src="), 0U);
  EXPECT_EQ(count(html, "<link"), 0U);
}

TEST(ReportPage, TakesNoMarkupFromRecords) {
  ReportInput input = report_input(kGpuEvidence + "correctness/minizoo");
  const std::size_t scripts = count(render_page(page_data(input)), "<script");
  input.suite.name = kHostile;
  input.suite.rows.front().method = kHostile;
  input.suite.rows.front().log = kHostile;
  input.run.job.argv.push_back(kHostile);
  for (auto& record : input.judged.verdicts) record.reason = kHostile;
  for (auto& [row, results] : input.run.results) {
    for (auto& result : results) result.environment.machine.cpu = kHostile;
  }
  const std::string html = render_page(page_data(input));
  EXPECT_EQ(count(html, "<script"), scripts);
  EXPECT_THAT(html, Not(HasSubstr("alert(1)</script>")));
  EXPECT_THAT(html, Not(HasSubstr("\x1b")));
  EXPECT_THAT(html, Not(HasSubstr("\u202E")));
  EXPECT_EQ(count(html, "<title>"), 1U);
}

TEST(ReportPage, PutsNoDataIntoMarkup) {
  for (const auto* way : {"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(",
                          "fetch(", "XMLHttpRequest", "localStorage"}) {
    EXPECT_THAT(std::string(kPageScript), Not(HasSubstr(way)));
  }
}

}  // namespace
}  // namespace harness
