#include "harness/report/terminal.h"

#include <pty.h>
#include <unistd.h>

#include <cstdlib>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/unicode.h"

namespace harness {
namespace {

using testing::HasSubstr;
using testing::Not;

Claim claim(const char* id, Json value, int digits, const char* unit) {
  Claim claim;
  claim.id = id;
  claim.value = std::move(value);
  claim.digits = digits;
  claim.unit = unit;
  return claim;
}

Suite suite() {
  Row row;
  row.id = "fcn_small_fp16";
  row.method = "FCN";
  row.claims = {claim("hash", "2eb5a165", Claim::kExact, ""), claim("miou", 52.8, 2, "%"),
                claim("memory", nullptr, Claim::kExact, "GB"), claim("fps", 35.92, 2, "fps")};
  Suite suite;
  suite.name = "small";
  suite.rows = {row};
  return suite;
}

VerdictRecord record(const char* claim, const char* evidence, Json published, Json measured,
                     Verdict verdict, const char* reason) {
  VerdictRecord record;
  record.row = "fcn_small_fp16";
  record.claim = claim;
  record.evidence = evidence;
  record.precision = record.evidence == "evaluated" ? "fp16" : "";
  record.published = std::move(published);
  record.measured = std::move(measured);
  record.verdict = verdict;
  record.reason = reason;
  return record;
}

std::vector<VerdictRecord> records() {
  std::vector<VerdictRecord> all{
      record("hash", "file", "2eb5a165", "2eb5a165", Verdict::kPass,
             "sha256 of 1,231,077 bytes starts with the published digits"),
      record("miou", "evaluated", 52.8, 52.04725, Verdict::kFail,
             "expected 52.80 ± 0.055, found 52.047: 0.753 below; 16 images in fp16 on cpu"),
      record("memory", "evaluated", nullptr, nullptr, Verdict::kNotVerifiable,
             "the source does not publish it"),
      record("fps", "evaluated", 35.92, 12.5, Verdict::kUnfit,
             "published for V100, this is a CPU")};
  all[1].unit = "%";
  all[3].unit = "fps";
  return all;
}

TEST(Terminal, TheWholeTableReadsLikeThis) {
  EXPECT_EQ(render_verdicts(suite(), records(), {110, false}),
            R"(  claim   published    measured  evidence        verdict         reason

fcn_small_fp16  FCN
  hash     2eb5a165    2eb5a165  file            PASS            sha256 of 1,231,077 bytes starts with the pu…
  miou      52.80 %    52.047 %  evaluated fp16  FAIL
      expected 52.80 ± 0.055, found 52.047: 0.753 below; 16 images in fp16 on cpu
  memory          -           -  evaluated fp16  NOT_VERIFIABLE  the source does not publish it
  fps     35.92 fps  12.500 fps  evaluated fp16  UNFIT           published for V100, this is a CPU

1 PASS · 1 FAIL · 1 UNFIT · 1 NOT_VERIFIABLE
Failed:
  fcn_small_fp16: miou
Not verified:
  memory (fcn_small_fp16): the source does not publish it
  fps (fcn_small_fp16): published for V100, this is a CPU
)");
}

TEST(Terminal, ANarrowTerminalHasNoReasonColumn) {
  EXPECT_EQ(render_verdicts(suite(), {records()[0], records()[3]}, {70, false}),
            R"(  claim  published    measured  evidence        verdict

fcn_small_fp16  FCN
  hash    2eb5a165    2eb5a165  file            PASS
  fps    35.92 fps  12.500 fps  evaluated fp16  UNFIT
      published for V100, this is a CPU

1 PASS · 1 UNFIT
Not verified:
  fps (fcn_small_fp16): published for V100, this is a CPU
)");
}

TEST(Terminal, NoLineIsWiderThanTheTerminal) {
  auto all = records();
  all.push_back(record("config.iterations", "evaluated", std::string(40, 'a'), std::string(40, 'b'),
                       Verdict::kNotVerifiable, "nobody states it"));
  for (const std::size_t width : {70, 80, 99, 120, 200}) {
    std::istringstream lines(render_verdicts(suite(), all, {width, false}));
    for (std::string line; std::getline(lines, line);) {
      EXPECT_LE(columns_of(line), width) << line;
      EXPECT_FALSE(line.ends_with(' ')) << line;
    }
  }
}

TEST(Terminal, ColourMarksTheVerdictAndChangesNothingElse) {
  const std::string plain = render_verdicts(suite(), records(), {110, false});
  std::string colored = render_verdicts(suite(), records(), {110, true});
  EXPECT_THAT(plain, Not(HasSubstr("\x1b")));
  EXPECT_THAT(colored, HasSubstr("\x1b[32mPASS\x1b[0m"));
  EXPECT_THAT(colored, HasSubstr("\x1b[1;31mFAIL\x1b[0m"));
  for (auto start = colored.find('\x1b'); start != std::string::npos;
       start = colored.find('\x1b')) {
    colored.erase(start, colored.find('m', start) - start + 1);
  }
  EXPECT_EQ(colored, plain);
}

TEST(Terminal, TextsOfOthersCannotSteerTheTerminal) {
  auto hostile = records();
  hostile[0].measured = "\x1b[2J\x1b[1;1H";
  hostile[1].reason = "tensor \x1b]0;title\x07\nFAKE PASS";
  const std::string text = render_verdicts(suite(), hostile, {110, false});
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  EXPECT_THAT(text, Not(HasSubstr("\nFAKE")));
}

TEST(Terminal, ARowsOwnNameIsNotRepeated) {
  auto named =
      record("log.config", "log", "fcn_small_fp16", "fcn_small_fp16", Verdict::kPass, "ok");
  EXPECT_THAT(render_verdicts(suite(), {named}, {110, false}), HasSubstr("this row  this row"));
}

TEST(Terminal, SeveralRowsAreCountedNotListed) {
  auto all = records();
  all.push_back(all[3]);
  all.back().row = "pspnet_small_fp16";
  EXPECT_THAT(render_verdicts(suite(), all, {110, false}),
              HasSubstr("  fps (2 rows): published for V100, this is a CPU\n"));
}

TEST(Terminal, ALongReasonIsToldOnceInARow) {
  const std::string reason = "no network: " + std::string(300, 'x');
  auto all = records();
  all[0] = record("hash", "file", "2eb5a165", nullptr, Verdict::kSkipped, reason.c_str());
  all[2] = record("memory", "file", nullptr, nullptr, Verdict::kSkipped, reason.c_str());
  auto other = all[2];
  other.row = "pspnet_small_fp16";
  all.push_back(other);
  const std::string text = render_verdicts(suite(), all, {110, false});
  EXPECT_THAT(text, HasSubstr("SKIPPED  as for hash\n"));
  // Once in each row, and shortened at the end, with what to do.
  std::size_t told = 0;
  for (auto at = text.find("no network"); at != std::string::npos;
       at = text.find("no network", at + 1)) {
    ++told;
  }
  EXPECT_EQ(told, 3u);
  EXPECT_THAT(text, HasSubstr("  hash and memory (2 rows): no network"));
  EXPECT_THAT(text, HasSubstr("halfproof fetch"));
}

TEST(Terminal, WhatThreeClaimsOfARowLackIsToldInOneLine) {
  auto all = records();
  const auto lack = [](const char* claim, const char* reason) {
    return record(claim, "file", nullptr, nullptr, Verdict::kSkipped, reason);
  };
  all = {lack("hash", "no network: a.pth"),   record("fps", "file", 1, 1, Verdict::kPass, "fine"),
         lack("config", "no network: a.pth"), lack("log.miou", "no network: a.log"),
         lack("miou", "no data: none"),       lack("parity", "no data: none")};
  const std::string text = render_verdicts(suite(), all, {110, false}, "suites/a.json");
  EXPECT_THAT(text, HasSubstr("  3 SKIPPED:\n      hash, config and log.miou\n"
                              "      no network: a.pth\n"));
  EXPECT_THAT(text, Not(HasSubstr("a.log")));
  // Two have a line each.
  EXPECT_THAT(text, testing::ContainsRegex("  miou .*SKIPPED +no data: none\n"));
  EXPECT_LT(text.find("PASS"), text.find("3 SKIPPED"));
  EXPECT_THAT(text, HasSubstr("halfproof fetch suites/a.json"));
}

TEST(Terminal, AMeasuredNumberKeepsItsLine) {
  std::vector<VerdictRecord> all;
  for (const auto* claim : {"hash", "miou", "fps"}) {
    all.push_back(record(claim, "evaluated", 1, 2, Verdict::kUnfit, "of a V100"));
  }
  EXPECT_THAT(render_verdicts(suite(), all, {110, false}), Not(HasSubstr("3 UNFIT:")));
}

TEST(Terminal, NothingJudgedIsSaidInWords) {
  EXPECT_EQ(render_verdicts(suite(), {}, {110, true}), "\x1b[1mno claim was judged\x1b[0m\n");
}

TEST(Terminal, AFileGetsNoColourAndTheWidthOfTheEnvironment) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  setenv("COLUMNS", "77", 1);
  EXPECT_EQ(terminal_style(ends[1]).width, 77u);
  EXPECT_FALSE(terminal_style(ends[1]).color);
  setenv("COLUMNS", "wide", 1);
  EXPECT_EQ(terminal_style(ends[1]).width, 120u);
  unsetenv("COLUMNS");
  EXPECT_EQ(terminal_style(ends[1]).width, 120u);
  close(ends[0]);
  close(ends[1]);
}

TEST(Terminal, AnEmptyNoColorAsksForNothing) {
  int controller = -1;
  int terminal = -1;
  ASSERT_EQ(openpty(&controller, &terminal, nullptr, nullptr, nullptr), 0);
  setenv("TERM", "xterm", 1);
  setenv("NO_COLOR", "", 1);
  EXPECT_TRUE(terminal_style(terminal).color);
  setenv("NO_COLOR", "1", 1);
  EXPECT_FALSE(terminal_style(terminal).color);
  unsetenv("NO_COLOR");
  EXPECT_TRUE(terminal_style(terminal).color);
  setenv("TERM", "dumb", 1);
  EXPECT_FALSE(terminal_style(terminal).color);
  close(controller);
  close(terminal);
}

}  // namespace
}  // namespace harness
