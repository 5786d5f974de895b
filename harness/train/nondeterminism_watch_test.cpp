#include "harness/train/nondeterminism_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace harness {
namespace {

TEST(NondeterminismWatch, NamesTheOperatorsThatHaveNoDeterministicForm) {
  {
    NondeterminismWatch watch;
    torch::matmul(torch::ones({2, 2}), torch::ones({2, 2}));
    EXPECT_TRUE(watch.operators().empty());
    at::globalContext().alertNotDeterministic("some_backward_cuda");
    at::globalContext().alertNotDeterministic("some_backward_cuda");
    EXPECT_THAT(watch.operators(), testing::ElementsAre("some_backward_cuda"));
  }
  EXPECT_FALSE(at::globalContext().deterministicAlgorithms());
}

}  // namespace
}  // namespace harness
