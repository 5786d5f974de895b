#include "harness/report/verdict_texts.h"

#include <gtest/gtest.h>

namespace harness {
namespace {

VerdictRecord verdict(Json published, Json measured) {
  VerdictRecord record;
  record.row = "fcn";
  record.claim = "miou";
  record.published = std::move(published);
  record.measured = std::move(measured);
  record.unit = "%";
  return record;
}

Suite suite_with(const VerdictRecord& record, int digits) {
  Suite suite;
  Row row;
  row.id = record.row;
  Claim claim;
  claim.id = record.claim;
  claim.value = record.published;
  claim.digits = digits;
  row.claims = {claim};
  suite.rows = {row};
  return suite;
}

TEST(VerdictTexts, HaveTheDigitsThatWerePublishedAndOneMoreOfWhatWasMeasured) {
  const VerdictRecord record = verdict(76.8, 76.81234);
  const Claim claim = claim_of(suite_with(record, 2), record);
  EXPECT_EQ(published_cell(claim, record), "76.80 %");
  EXPECT_EQ(measured_cell(claim, record), "76.812 %");
}

TEST(VerdictTexts, AreShortForTheRowItselfAndForNothing) {
  const VerdictRecord same = verdict("fcn", "fcn");
  const Claim claim = claim_of({}, same);
  EXPECT_EQ(published_cell(claim, same), "this row");
  EXPECT_EQ(measured_cell(claim, same), "this row");
  const VerdictRecord none = verdict(nullptr, nullptr);
  EXPECT_EQ(published_cell(claim_of({}, none), none), "-");
  EXPECT_EQ(measured_cell(claim_of({}, none), none), "-");
}

TEST(VerdictTexts, HoldNoControlCharacters) {
  const VerdictRecord record = verdict("a\x1b[1m", "b\x07");
  EXPECT_EQ(published_cell(claim_of({}, record), record), "a\uFFFD[1m");
  EXPECT_EQ(measured_cell(claim_of({}, record), record), "b\uFFFD");
}

}  // namespace
}  // namespace harness
