#include "harness/cli/training_design.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/testing/sample_row.h"

namespace harness {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

/// A row of which 3 seeds decide the mIoU and 4 the parity.
Row known_row() {
  Row row = sample::row();
  Claim miou = sample::claim("retrain.miou", "retrained", 76.8, 2);
  miou.tolerance = Tolerance{1.0, 0.0, "a margin"};
  miou.conditions = {{"spread", 0.5}};
  Claim parity = sample::claim("retrain.parity", "retrained", 0);
  parity.tolerance = miou.tolerance;
  parity.conditions = {{"spread", 0.7}};
  row.claims = {miou, parity};
  return row;
}

TrainOptions options_for(const std::vector<std::int64_t>& seeds) {
  TrainOptions options;
  options.stage = "train";
  options.seeds = seeds;
  return options;
}

TEST(TrainingDesign, NamesWhatTheSeedsCannotDecideAndHowManyCould) {
  const Row row = known_row();
  const auto three = training_design({&row}, options_for({0, 1, 2}));
  EXPECT_THAT(three.undecidable_rows, IsEmpty());
  ASSERT_THAT(three.notes, SizeIs(1));
  EXPECT_THAT(three.notes[0], HasSubstr("retrain.parity"));
  EXPECT_THAT(three.notes[0], HasSubstr("sd 0.7): 4 can"));
  EXPECT_THAT(training_design({&row}, options_for({0, 1, 2, 3})).notes, IsEmpty());
}

TEST(TrainingDesign, SeveralSeedsThatDecideNothingAreRefused) {
  const Row row = known_row();
  const auto two = options_for({0, 1});
  EXPECT_THAT(training_design({&row}, two).undecidable_rows, testing::ElementsAre(row.id));
  try {
    require_decidable({&row}, two, /*any_design=*/false);
    FAIL() << "expected an error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kUsage);
    EXPECT_THAT(error.what(), HasSubstr("--any-design"));
  }
  EXPECT_NO_THROW(require_decidable({&row}, two, /*any_design=*/true));
  // The same seed twice is one training.
  EXPECT_THAT(training_design({&row}, options_for({0, 1, 1, 0})).undecidable_rows, SizeIs(1));
}

TEST(TrainingDesign, OneSeedIsTrainedForTheOtherClaims) {
  const Row row = known_row();
  const auto one = training_design({&row}, options_for({0}));
  EXPECT_THAT(one.notes, SizeIs(2));
  EXPECT_THAT(one.undecidable_rows, IsEmpty());
}

TEST(TrainingDesign, WhatIsNotComparedNeedsNoDesign) {
  const Row row = known_row();
  auto cut = options_for({0, 1});
  cut.iterations = 20;
  EXPECT_THAT(training_design({&row}, cut).notes, IsEmpty());
  auto single = options_for({0, 1});
  single.precisions = {"fp32"};
  EXPECT_THAT(training_design({&row}, single).notes, IsEmpty());
}

TEST(TrainingDesign, OneUndecidableRowIsEnough) {
  const Row decidable = known_row();
  Row noisy = known_row();
  for (auto& claim : noisy.claims) claim.conditions["spread"] = 6.5;
  noisy.id = "noisy";
  EXPECT_THAT(training_design({&decidable, &noisy}, options_for({0, 1, 2})).undecidable_rows,
              testing::ElementsAre("noisy"));
}

}  // namespace
}  // namespace harness
