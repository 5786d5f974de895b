#include "harness/deepbench/problem_sizes.h"

#include <gtest/gtest.h>

namespace harness {
namespace {

TEST(ProblemSizes, OneSizeMayDifferAndNothingElse) {
  const ProblemSizes first = sizes_of(GemmProblem{7680, 1, 2560});
  const auto difference = only_difference(first, sizes_of(GemmProblem{7860, 1, 2560}));
  ASSERT_TRUE(difference);
  EXPECT_EQ(difference->name, "m");
  EXPECT_EQ(difference->first, 7680);
  EXPECT_EQ(difference->second, 7860);
  EXPECT_FALSE(only_difference(first, first));
  EXPECT_FALSE(only_difference(first, sizes_of(GemmProblem{7860, 2, 2560})));
  EXPECT_FALSE(only_difference(first, sizes_of(GemmProblem{7860, 1, 2560, true})));
  EXPECT_FALSE(only_difference(first, sizes_of(SparseGemmProblem{{7860, 1, 2560}, 0.9})));
}

TEST(ProblemSizes, PassesAreNoSize) {
  ConvolutionProblem training{2, 3, 4, 4, 5, 3, 3};
  ConvolutionProblem inference = training;
  inference.passes = {Pass::kForward};
  EXPECT_EQ(sizes_of(training), sizes_of(inference));
  inference.stride = {2, 1};
  EXPECT_NE(sizes_of(training), sizes_of(inference));
}

}  // namespace
}  // namespace harness
