#include "harness/judge/rules/retrained/trainings.h"

#include <cmath>

#include <gtest/gtest.h>

#include "harness/testing/trainings.h"

namespace harness {
namespace {

TEST(Trainings, AreThoseOfThePrecisionBySeed) {
  Trained trained("retrain.miou", 52.05);
  trained.add("fp16", {50.0, 51.0});
  trained.add("fp32", {60.0});
  const ClaimContext context{trained.row, trained.claim, trained.results, trained.scope};
  const auto found = find_trainings(context, "fp16", /*whole=*/true);
  ASSERT_EQ(found.by_seed.size(), 2U);
  EXPECT_EQ(miou_of(*found.by_seed.at(1)), 51.0);
  EXPECT_FALSE(found.absence);
}

TEST(Trainings, OneThatWasCutShortIsNotWhole) {
  Trained trained("retrain.miou", 52.05);
  trained.add("fp16", {50.0});
  trained.results[0].measurements["iterations"] = 20;
  const ClaimContext context{trained.row, trained.claim, trained.results, trained.scope};
  EXPECT_EQ(find_trainings(context, "fp16", /*whole=*/false).by_seed.size(), 1U);
  const auto found = find_trainings(context, "fp16", /*whole=*/true);
  EXPECT_TRUE(found.by_seed.empty());
  ASSERT_TRUE(found.absence);
  EXPECT_EQ(found.absence->verdict, Verdict::kSkipped);
}

TEST(Trainings, WithoutAnMiouItIsNotANumber) {
  Trained trained("retrain.miou", 52.05);
  trained.add("fp16", {50.0});
  trained.results[0].measurements["miou"] = nullptr;
  EXPECT_TRUE(std::isnan(miou_of(trained.results[0])));
}

TEST(Trainings, AmbiguousIsMeasured) {
  const Finding finding = ambiguous(1.5, "too few");
  EXPECT_EQ(finding.verdict, Verdict::kAmbiguous);
  EXPECT_EQ(finding.measured, 1.5);
}

}  // namespace
}  // namespace harness
