#include "harness/report/audit_page.h"

#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/unicode.h"

namespace harness {
namespace {

AuditResult result() {
  AuditResult made;
  made.suite = "zoo";
  made.contradictions.push_back(
      {"value",
       {"fcn", "pspnet"},
       "fps.mode",
       "fps.mode: FP32 and FP16 are published of one row",
       "one row is one run",
       {{"fps.mode FP32", "fp16.yml", 16, "", "231258c", "2021", "mode: FP32"},
        {"fps.mode FP16", "benchmark.py", 0, "", "89f8a6a", "2021-04-24", ""}}});
  made.unseen.push_back({"fcn", "checkpoint", "not in the cache"});
  made.looked_at = {"4 rows", "1 training log"};
  return made;
}

TEST(AuditPage, QuotesBothSidesAndSaysWhy) {
  EXPECT_EQ(render_audit(result(), {.width = 100, .color = false}),
            "value  fps.mode: FP32 and FP16 are published of one row\n"
            "  fcn, pspnet\n"
            "    fps.mode FP32  fp16.yml:16, 231258c, 2021\n"
            "                   \"mode: FP32\"\n"
            "    fps.mode FP16  benchmark.py, 89f8a6a, 2021-04-24\n"
            "    because one row is one run\n"
            "\n"
            "zoo: 1 contradiction (value 1)\n"
            "Looked at: 4 rows, 1 training log\n"
            "Not looked at:\n"
            "  fcn: checkpoint: not in the cache\n");
}

TEST(AuditSummary, NamesEachRuleOnceAndTheCommandThatQuotesAll) {
  AuditResult two = result();
  two.contradictions.push_back(two.contradictions[0]);
  two.contradictions[1].rows = {"deeplabv3"};
  EXPECT_EQ(audit_summary(two, "halfproof audit zoo.json", {.width = 100, .color = false}),
            "Audit: 2 contradictions in what is published; `halfproof audit zoo.json` quotes them\n"
            "  value (3 rows): fps.mode: FP32 and FP16 are published of one row\n");
  two.contradictions.clear();
  EXPECT_EQ(audit_summary(two, "", {.width = 100, .color = false}),
            "Audit: no contradiction in what is published\n");
}

TEST(AuditPage, SaysThatNothingWasFound) {
  EXPECT_EQ(render_audit({.suite = "zoo", .contradictions = {}, .unseen = {}, .looked_at = {}},
                         {.width = 80, .color = false}),
            "zoo: no contradiction\n");
}

TEST(AuditPage, LetsNoTextOfOthersSteerTheTerminalOrFillIt) {
  AuditResult hostile = result();
  hostile.contradictions[0].quotes[0].text = "\x1b[2J" + std::string(5000, 'x');
  hostile.contradictions[0].quotes[0].says = std::string(500, 'y');
  const std::string page = render_audit(hostile, {.width = 80, .color = false});
  EXPECT_EQ(page.find('\x1b'), std::string::npos);
  EXPECT_LT(page.size(), 2000U);
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(columns_of(line), 80U) << line;
}

}  // namespace
}  // namespace harness
