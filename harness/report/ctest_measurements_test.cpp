#include "harness/report/ctest_measurements.h"

#include <cmath>
#include <string>

#include <gtest/gtest.h>

namespace harness {
namespace {

TEST(CTestMeasurements, NumbersAndTexts) {
  VerdictRecord record;
  record.published = 52.05;
  record.measured = 52.04725090700967;
  record.tolerance = {{"abs", 0.055}, {"reason", "drift"}};
  record.verdict = Verdict::kPass;
  EXPECT_EQ(
      ctest_measurements(record),
      "<CTestMeasurement type=\"numeric/double\" name=\"published\">52.05</CTestMeasurement>\n"
      "<CTestMeasurement type=\"numeric/double\" "
      "name=\"measured\">52.04725090700967</CTestMeasurement>\n"
      "<CTestMeasurement type=\"numeric/double\" name=\"allowed\">0.055</CTestMeasurement>\n"
      "<CTestMeasurement type=\"text/string\" name=\"verdict\">PASS</CTestMeasurement>\n");
}

TEST(CTestMeasurements, WhatIsAbsentOrNotFiniteIsLeftOut) {
  VerdictRecord record;
  record.measured = NAN;
  EXPECT_EQ(ctest_measurements(record),
            "<CTestMeasurement type=\"text/string\" name=\"verdict\">FAIL</CTestMeasurement>\n");
}

TEST(CTestMeasurements, TextsAreEscaped) {
  VerdictRecord record;
  record.measured = "</CTestMeasurement>";
  EXPECT_EQ(ctest_measurements(record),
            "<CTestMeasurement type=\"text/string\" "
            "name=\"measured\">&lt;/CTestMeasurement&gt;</CTestMeasurement>\n"
            "<CTestMeasurement type=\"text/string\" name=\"verdict\">FAIL</CTestMeasurement>\n");
}

TEST(CTestReason, IsOneLineWhateverTheReasonHolds) {
  VerdictRecord record;
  record.verdict = Verdict::kSkipped;
  record.reason = "no data:\n" + std::string(300, 'x');
  const auto line = ctest_reason(record);
  EXPECT_EQ(line.rfind("SKIPPED: no data:", 0), 0u);
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  EXPECT_GT(line.size(), 300u);
}

}  // namespace
}  // namespace harness
