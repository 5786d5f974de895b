#include "harness/judge/rules/retrained/design.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/testing/sample_row.h"

namespace harness {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const std::vector<std::string> kBoth = {"fp16", "fp32"};

Row row_with(const char* id, Json conditions, double margin) {
  Row row = sample::row();
  Claim claim = sample::claim(id, "retrained", 52.05);
  claim.conditions = std::move(conditions);
  if (margin > 0.0) claim.tolerance = Tolerance{margin, 0.0, "a margin"};
  row.claims = {claim};
  return row;
}

TEST(Design, ThePublishedNumberNeedsAsManyAsItsSpreadAsks) {
  const Row row = row_with("retrain.miou", {{"spread", 0.5}}, 1.0);
  // 2.92 * 0.5 / sqrt(3) = 0.84; two would need 6.31 * 0.5 / sqrt(2) = 2.2 and prove nothing.
  EXPECT_FALSE(check_design(row, 2, kBoth).at(0).can_decide);
  EXPECT_EQ(check_design(row, 2, kBoth).at(0).text,
            "2 seeds cannot decide within ±1 (sd 0.5): 3 can");
  EXPECT_TRUE(check_design(row, 3, kBoth).at(0).can_decide);
  EXPECT_THAT(check_design(row, 1, kBoth).at(0).text, HasSubstr("1 seed cannot"));
  // 6.31 * 0.1 / sqrt(2) = 0.45 would do, and two are still too few to know the spread.
  const Row quiet = row_with("retrain.miou", {{"spread", 0.1}}, 1.0);
  EXPECT_FALSE(check_design(quiet, 2, kBoth).at(0).can_decide);
}

TEST(Design, ReferenceRunsThatAreTooFewLeaveNoNumber) {
  const Json runs = {{"reference_runs", {44.88, 58.94, 45.14, 42.47, 46.5}}};
  const Row row = row_with("retrain.miou", runs, 5.0);
  EXPECT_THAT(check_design(row, 3, kBoth).at(0).text, HasSubstr("no number of seeds can"));
  // sd 2.36, half width with 3 against 5: 1.94 * 2.36 * sqrt(8/15) = 3.3, alone 2.92 * 2.36 /
  // sqrt(3) = 4.
  const Json quiet = {{"reference_runs", {52.27, 48.84, 46.02, 47.72, 50.03}}};
  EXPECT_TRUE(check_design(row_with("retrain.miou", quiet, 5.0), 3, kBoth).at(0).can_decide);
  EXPECT_FALSE(check_design(row_with("retrain.miou", quiet, 2.0), 3, kBoth).at(0).can_decide);
}

TEST(Design, OfAParityIsThatOfItsDifferences) {
  const Row row = row_with("retrain.parity", {{"spread", 0.7}}, 1.0);
  EXPECT_FALSE(check_design(row, 3, kBoth).at(0).can_decide);  // 2.92 * 0.7 / sqrt(3) = 1.18
  EXPECT_TRUE(check_design(row, 4, kBoth).at(0).can_decide);   // 2.35 * 0.7 / 2 = 0.82
}

TEST(Design, OfWhatIsNotKnownOrNotTrainedNothingIsSaid) {
  EXPECT_THAT(check_design(row_with("retrain.miou", Json::object(), 1.0), 1, kBoth), IsEmpty());
  EXPECT_THAT(check_design(row_with("retrain.miou", {{"spread", 0.5}}, 0.0), 1, kBoth), IsEmpty());
  const Row miou = row_with("retrain.miou", {{"spread", 0.5}}, 1.0);
  EXPECT_THAT(check_design(miou, 1, {"fp32"}), IsEmpty());
  EXPECT_THAT(check_design(miou, 1, {"fp16"}), SizeIs(1));
  const Row parity = row_with("retrain.parity", {{"spread", 0.5}}, 1.0);
  EXPECT_THAT(check_design(parity, 1, {"fp16"}), IsEmpty());
  EXPECT_THAT(check_design(sample::row(), 1, kBoth), IsEmpty());
}

}  // namespace
}  // namespace harness
