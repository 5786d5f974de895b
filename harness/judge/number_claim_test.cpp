#include "harness/judge/number_claim.h"

#include <cmath>

#include <gtest/gtest.h>

#include "harness/testing/sample_row.h"

namespace harness {
namespace {

Finding judge(const Claim& claim, double measured, PublishedAs as = PublishedAs::kPrinted) {
  return judge_number_claim(claim, measured, as, "16 images");
}

Claim miou() {
  auto claim = sample::claim("miou", "evaluated", 52.05, 2);
  claim.tolerance = Tolerance{0.05, 0.0, "backend drift"};
  return claim;
}

TEST(NumberClaim, SaysHowFarAndHowMuchIsAllowed) {
  const auto finding = judge(miou(), 52.051);
  EXPECT_EQ(finding.verdict, Verdict::kPass);
  EXPECT_EQ(finding.measured, 52.051);
  EXPECT_EQ(finding.reason, "0.001 above, allowed 0.055; 16 images");
  EXPECT_EQ(finding.tolerance.at("abs"), 0.055);
  EXPECT_EQ(judge(miou(), 52.05).reason, "equal, allowed 0.055; 16 images");
}

TEST(NumberClaim, AMissNamesExpectedAndFound) {
  const auto finding = judge(miou(), 51.15);
  EXPECT_EQ(finding.verdict, Verdict::kFail);
  EXPECT_EQ(finding.reason, "expected 52.05 ± 0.055, found 51.150: 0.900 below; 16 images");
}

TEST(NumberClaim, OnlyAPrintedNumberIsRounded) {
  const auto claim = sample::claim("parity", "evaluated", 0, 0);
  EXPECT_EQ(judge(claim, 0.4, PublishedAs::kPrinted).verdict, Verdict::kPass);
  EXPECT_EQ(judge(claim, 0.4, PublishedAs::kPosited).verdict, Verdict::kFail);
}

TEST(NumberClaim, WithoutAPublishedNumberTheMeasuredOneStandsAlone) {
  auto claim = miou();
  claim.value = nullptr;
  const auto finding = judge(claim, 52.051);
  EXPECT_EQ(finding.verdict, Verdict::kNotVerifiable);
  EXPECT_EQ(finding.measured, 52.051);
  claim.value = "fifty";
  EXPECT_EQ(judge(claim, 52.051).verdict, Verdict::kFail);
}

TEST(NumberClaim, NothingFiniteNeverPasses) {
  auto claim = miou();
  claim.tolerance->abs = 1e9;
  EXPECT_EQ(judge(claim, NAN).verdict, Verdict::kFail);
  EXPECT_EQ(judge(claim, INFINITY).verdict, Verdict::kFail);
}

TEST(NumberClaim, PublishedValuesReadAsTheyWerePrinted) {
  EXPECT_EQ(published_text(sample::claim("miou", "evaluated", 76.8, 2)), "76.80");
  EXPECT_EQ(published_text(sample::claim("memory", "evaluated", 11, 0)), "11");
  EXPECT_EQ(published_text(sample::claim("range", "evaluated", 65504)), "65504");
  EXPECT_EQ(published_text(sample::claim("config.iterations", "file", 80000)), "80000");
  EXPECT_EQ(published_text(sample::claim("hash", "file", "2eb5a165")), "2eb5a165");
  EXPECT_EQ(published_text(sample::claim("fps", "evaluated", nullptr)), "nothing");
}

}  // namespace
}  // namespace harness
