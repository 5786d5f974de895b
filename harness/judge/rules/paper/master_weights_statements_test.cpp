#include <gtest/gtest.h>

#include "harness/testing/paper_documents.h"

namespace harness {
namespace {

using R = MasterWeightsRecord;

void expect_fails(const std::vector<PaperMutation<R>>& mutations) {
  expect_each_fails(PaperExperiment::kMasterWeights, master_weights_record(), mutations);
}

TEST(MasterWeightsStatements, TheRatioIsExactOverAllNormalHalves) {
  expect_fails({
      {"ratio", "one small update moved", [](R& r) { r.constructed.below_moved = 1; }},
      {"ratio", "one large update was lost", [](R& r) { r.constructed.above_lost = 1; }},
      {"ratio", "a tie left an even weight", [](R& r) { --r.constructed.ties_lost; }},
      {"ratio", "a tie kept an odd weight", [](R& r) { ++r.constructed.ties_lost; }},
      {"ratio", "half of the cases", [](R& r) { r.constructed.cases /= 2; }},
      {"ratio", "one weight too few", [](R& r) { --r.constructed.weights; }},
      {"ratio", "no case", [](R& r) { r.constructed = {}; }},
      {"ratio", "lost at 2047", [](R& r) { r.constructed.smallest_lost_ratio = 2047.0; }},
      {"ratio", "lost at 2049", [](R& r) { r.constructed.smallest_lost_ratio = 2049.0; }},
      {"ratio", "another sign", [](R& r) { r.constructed.smallest_lost_ratio = -2048.0; }},
      {"ratio", "moved at 4096", [](R& r) { r.constructed.largest_moving_ratio = 4096.0; }},
      {"ratio", "nothing moved", [](R& r) { r.constructed.largest_moving_ratio = 0.0; }},
      {"ratio", "NaN", [](R& r) { r.constructed.largest_moving_ratio = kNotMeasured; }},
  });
}

TEST(MasterWeightsStatements, TheBoundaryHoldsForEveryUpdateOfBothPhases) {
  expect_fails({
      {"boundary", "one was lost at the start", [](R& r) { r.start.below_2048.lost = 1; }},
      {"boundary", "one was lost late", [](R& r) { r.published.below_2048.lost = 1; }},
      {"boundary", "one moved at the start", [](R& r) { --r.start.above_4096.lost; }},
      {"boundary", "one moved late", [](R& r) { --r.published.above_4096.lost; }},
      {"boundary", "one too many and one too few cancel",
       [](R& r) { r.start.below_2048.lost = 1, ++r.start.above_4096.lost; }},
      {"boundary", "a negative count", [](R& r) { r.start.below_2048.lost = -1; }},
      {"boundary", "nothing below",
       [](R& r) {
         r.start.below_2048 = r.published.below_2048 = {0, 0};
       }},
      {"boundary", "nothing above",
       [](R& r) {
         r.start.above_4096 = r.published.above_4096 = {0, 0};
       }},
      {"boundary", "the sides are swapped",
       [](R& r) { std::swap(r.start.below_2048, r.start.above_4096); }},
  });
}

TEST(MasterWeightsStatements, UpdatesVanishAtTheLearningRateOfTheLastTenth) {
  expect_fails({
      {"updates-vanish", "4 % are lost", [](R& r) { r.published.all_steps.lost = 4; }},
      {"updates-vanish", "none is lost", [](R& r) { r.published.all_steps.lost = 0; }},
      {"updates-vanish", "lost at the start only",
       [](R& r) { r.start.all_steps.lost = 100, r.published.all_steps.lost = 4; }},
      {"updates-vanish", "no update",
       [](R& r) {
         r.published.all_steps = {0, 0};
       }},
      {"updates-vanish", "no update at the start",
       [](R& r) {
         r.start.all_steps = {0, 0};
       }},
      {"updates-vanish", "more lost than asked for",
       [](R& r) { r.published.all_steps.lost = 101; }},
      {"updates-vanish", "another sign",
       [](R& r) {
         r.published.all_steps = {-100, -60};
       }},
  });
  R enough = master_weights_record();
  enough.published.all_steps.lost = 5;
  enough.published.first_step.lost = 1;
  enough.published.between.lost = 0;
  enough.published.above_4096 = {5, 5};
  EXPECT_EQ(judged(document(PaperExperiment::kMasterWeights, enough), "updates-vanish").verdict,
            Verdict::kPass);
}

TEST(MasterWeightsStatements, WeightsStandStillThatTheirMastersLeft) {
  expect_fails({
      {"half-stands-still", "all moved", [](R& r) { r.published.after.stuck = 0; }},
      {"half-stands-still", "no master drifted",
       [](R& r) {
         r.published.after = {10, 4, 0, 0};
       }},
      {"half-stands-still", "drifted and stuck are swapped",
       [](R& r) { std::swap(r.published.after.drifted, r.published.after.stuck); }},
      {"half-stands-still", "one step gathers nothing",
       [](R& r) { r.published.steps = 1, r.published.losses.resize(1); }},
      {"half-stands-still", "fewer losses than steps", [](R& r) { r.published.losses.pop_back(); }},
      {"half-stands-still", "a loss is NaN",
       [](R& r) { r.published.losses.back() = kNotMeasured; }},
  });
}

TEST(MasterWeightsStatements, MastersMoveInBothPhases) {
  expect_fails({
      {"masters-move", "94 % at the start", [](R& r) { r.start.masters.moved = 94; }},
      {"masters-move", "94 % late, all at the start",
       [](R& r) { r.start.masters.moved = 100, r.published.masters.moved = 94; }},
      {"masters-move", "none asked for",
       [](R& r) {
         r.published.masters = {0, 0};
       }},
      {"masters-move", "more than asked for", [](R& r) { r.start.masters.moved = 101; }},
      {"masters-move", "to NaN, which is a movement as well",
       [](R& r) { r.start.losses[3] = kNotMeasured; }},
  });
}

}  // namespace
}  // namespace harness
