#include "harness/deepbench/contraction.h"

#include <set>
#include <tuple>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/testing/convolution_problems.h"

namespace harness {
namespace {
using testing::ElementsAre;
using testing::IsEmpty;

std::vector<Term> terms(const Contraction& contraction, std::int64_t output) {
  std::vector<Term> found{{-1, -1}};
  contraction.terms_of(output, found);
  return found;
}

TEST(Contraction, AGemmIsColumnMajor) {
  // Element (1, 2) of a {2, 3} result stands at 1 + 2 * 2.
  const GemmProblem plain{2, 3, 2, false, false};
  EXPECT_THAT(terms(Contraction(plain), 5), ElementsAre(Term{1, 4}, Term{3, 5}));
  const GemmProblem transposed{2, 3, 2, true, true};
  EXPECT_THAT(terms(Contraction(transposed), 5), ElementsAre(Term{2, 2}, Term{3, 5}));
  EXPECT_EQ(Contraction(plain).a_elements(), 4);
  EXPECT_EQ(Contraction(plain).b_elements(), 6);
  EXPECT_EQ(Contraction(plain).outputs(), 6);
  EXPECT_EQ(Contraction(plain).most_terms(), 2);
}

/// One image of one channel and 1x4 pixels, a filter of 1x2 taps two pixels apart, stride 2, one
/// pixel of padding: y has floor((4 + 2 - 3) / 2) + 1 = 2 pixels, over the inputs (-1, 1), (1, 3).
ConvolutionProblem line() {
  ConvolutionProblem problem;
  problem.n = problem.c = problem.h = problem.k = problem.r = 1;
  problem.w = 4;
  problem.s = 2;
  problem.pad = {0, 1};
  problem.stride = {1, 2};
  problem.dilation = {1, 2};
  return problem;
}

TEST(Contraction, PaddingHasNoTerm) {
  const Contraction forward(line(), Pass::kForward);
  EXPECT_EQ(forward.outputs(), 2);
  EXPECT_THAT(terms(forward, 0), ElementsAre(Term{1, 1}));
  EXPECT_THAT(terms(forward, 1), ElementsAre(Term{1, 0}, Term{3, 1}));
}

TEST(Contraction, AGradientBetweenStridesIsNoSum) {
  const Contraction data(line(), Pass::kBackwardData);
  EXPECT_EQ(data.outputs(), 4);
  EXPECT_THAT(terms(data, 0), IsEmpty());
  EXPECT_THAT(terms(data, 1), ElementsAre(Term{1, 0}, Term{0, 1}));
  EXPECT_THAT(terms(data, 3), ElementsAre(Term{1, 1}));
}

TEST(Contraction, AFiltersGradientSumsOverPixels) {
  const Contraction filter(line(), Pass::kBackwardFilter);
  EXPECT_EQ(filter.outputs(), 2);
  EXPECT_THAT(terms(filter, 0), ElementsAre(Term{1, 1}));
  EXPECT_THAT(terms(filter, 1), ElementsAre(Term{1, 0}, Term{3, 1}));
}

/// Each pass must hold the same products as the others.
TEST(Contraction, PassesAreTheSameProducts) {
  const ConvolutionProblem p = uneven_convolution(5, 7);
  using Product = std::tuple<std::int64_t, std::int64_t, std::int64_t>;  // Of x, filters, y.
  std::set<Product> forward;
  std::set<Product> data;
  std::set<Product> filter;
  const auto visit = [](const Contraction& contraction, auto insert) {
    for (std::int64_t i = 0; i < contraction.outputs(); ++i) {
      for (const Term& term : terms(contraction, i)) insert(i, term);
    }
  };
  visit(Contraction(p, Pass::kForward), [&](std::int64_t i, const Term& t) {
    forward.insert({t.a, t.b, i});
  });
  visit(Contraction(p, Pass::kBackwardData), [&](std::int64_t i, const Term& t) {
    data.insert({i, t.b, t.a});
  });
  visit(Contraction(p, Pass::kBackwardFilter), [&](std::int64_t i, const Term& t) {
    filter.insert({t.a, i, t.b});
  });
  EXPECT_GT(forward.size(), 1000U);
  EXPECT_EQ(data, forward);
  EXPECT_EQ(filter, forward);
}

}  // namespace
}  // namespace harness
