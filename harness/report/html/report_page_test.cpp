#include "harness/report/html/report_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/report/html/page_assets.h"
#include "harness/report/html/page_template.h"
#include "harness/report/html/script_json.h"
#include "harness/testing/report_runs.h"

namespace harness {
namespace {
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
