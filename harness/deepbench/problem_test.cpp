#include "harness/deepbench/problem.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"

namespace harness {
namespace {
using testing::ElementsAre;
using testing::HasSubstr;

Problem read(const std::string& text) {
  return problem_from_json(parse_json(text, "own.json"), "own.json", "problems[0]");
}

/// The message about a problem with these fields beside its id.
std::string refusal(const std::string& fields) {
  try {
    read("{\"id\": \"a\", " + fields + "}");
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kInvalidSuite);
    return error.detail();
  }
  return "accepted";
}

constexpr const char* kConvolution =
    R"("op": "convolution", "n": 2, "c": 6, "h": 9, "w": 11, "k": 4, "r": 3, "s": 5)";

TEST(Problem, AGemmIsALine) {
  const Problem problem =
      read(R"({"id": "own.1", "op": "gemm", "m": 64, "n": 16, "k": 32, "trans_b": true})");
  EXPECT_EQ(problem.id, "own.1");
  EXPECT_EQ(problem.work, Work(GemmProblem{64, 16, 32, false, true}));
  EXPECT_TRUE(problem.source.file.empty());
}

TEST(Problem, AConvolutionMayBeDilatedAndGrouped) {
  const Problem problem = read(std::string("{\"id\": \"a\", ") + kConvolution +
                               R"(, "pad": [2, 4], "stride": [2, 1], "dilation": [2, 2],
                                   "groups": 2, "passes": ["backward_filter", "forward"]})");
  const auto& convolution = std::get<ConvolutionProblem>(problem.work);
  // (9 + 4 - 5) / 2 + 1 and (11 + 8 - 9) / 1 + 1.
  EXPECT_EQ(convolution.p(), 5);
  EXPECT_EQ(convolution.q(), 11);
  EXPECT_EQ(convolution.groups, 2);
  EXPECT_THAT(convolution.passes, ElementsAre(Pass::kBackwardFilter, Pass::kForward));
}

TEST(Problem, WhatIsLeftOutHasItsDefault) {
  const Problem problem = read(std::string("{\"id\": \"a\", ") + kConvolution + "}");
  const auto& convolution = std::get<ConvolutionProblem>(problem.work);
  EXPECT_EQ(convolution.p(), 7);
  EXPECT_EQ(convolution.q(), 7);
  EXPECT_EQ(convolution.passes.size(), 3U);
}

TEST(Problem, OtherOperationsAreRead) {
  EXPECT_EQ(read(R"({"id": "a", "op": "recurrent", "type": "gru", "hidden": 8, "batch": 2,
                     "timesteps": 3})")
                .work,
            Work(RecurrentProblem{CellType::kGru, 8, 2, 3}));
  EXPECT_EQ(read(R"({"id": "a", "op": "all_reduce", "elements": 100, "ranks": 4})").work,
            Work(AllReduceProblem{100, 4}));
  EXPECT_EQ(
      read(R"({"id": "a", "op": "sparse_gemm", "m": 8, "n": 2, "k": 4, "sparsity": 0.9})").work,
      Work(SparseGemmProblem{{8, 2, 4, false, false}, 0.9}));
}

TEST(Problem, IsWrittenAsItIsRead) {
  for (
      const char* fields :
      {R"("op": "gemm", "m": 1, "n": 2, "k": 3, "trans_a": true, "printed": {"k": 4})",
       R"("op": "convolution", "n": 1, "c": 2, "h": 3, "w": 4, "k": 2, "r": 1, "s": 1, "bias": true,
           "groups": 2, "passes": ["forward"], "counts": {"FCN": 2}, "layers": {"all": ["x"]})",
       R"("op": "recurrent", "type": "lstm", "hidden": 8, "batch": 2, "timesteps": 3)",
       R"("op": "sparse_gemm", "m": 8, "n": 2, "k": 4, "sparsity": 0.5, "duplicate_of": "b",
           "application": "Vision", "source": {"file": "f", "line": 3, "commit": "c"})",
       R"("op": "all_reduce", "elements": 7, "ranks": 2)"}) {
    const Problem problem = read("{\"id\": \"a\", " + std::string(fields) + "}");
    const Problem again = problem_from_json(to_json(problem), "again", "");
    EXPECT_EQ(again.work, problem.work) << fields;
    EXPECT_EQ(to_json(again), to_json(problem)) << fields;
    const Json given = parse_json("{" + std::string(fields) + "}", "f");
    for (const auto& [key, value] : given.items()) {
      EXPECT_EQ(to_json(problem).at(key), value) << key;
    }
  }
}

TEST(Problem, ASizeOutOfRangeIsRefused) {
  const std::string gemm = R"("op": "gemm", "n": 4, "k": 4, "m": )";
  EXPECT_THAT(refusal(gemm + "0"), HasSubstr("problems[0].m: expected"));
  EXPECT_THAT(refusal(gemm + "-1"), HasSubstr("problems[0].m"));
  EXPECT_THAT(refusal(gemm + "2147483649"), HasSubstr("problems[0].m"));
  EXPECT_THAT(refusal(gemm + "18446744073709551615"), HasSubstr("problems[0].m"));
  EXPECT_THAT(refusal(gemm + "1.5"), HasSubstr("expected an integer"));
  EXPECT_THAT(refusal(gemm + "\"4\""), HasSubstr("expected an integer"));
  EXPECT_THAT(refusal(R"("op": "gemm", "m": 2147483648, "n": 4, "k": 2147483648)"),
              HasSubstr("elements"));
  EXPECT_THAT(refusal(R"("op": "gemm", "m": 1048576, "n": 1048576, "k": 1048576)"),
              HasSubstr("2^53 operations"));
}

TEST(Problem, WhatNobodyAskedForIsRefused) {
  EXPECT_THAT(refusal(R"("op": "gemm", "m": 1, "n": 1, "k": 1, "batch": 2)"),
              HasSubstr("problems[0].batch: unknown key"));
  EXPECT_THAT(refusal(R"("op": "gemm", "m": 1, "n": 1)"), HasSubstr("problems[0].k"));
  EXPECT_THAT(refusal(R"("op": "fft", "m": 1)"), HasSubstr("got \"fft\""));
  EXPECT_THAT(refusal(R"("op": "gemm", "m": 1, "n": 1, "k": 1, "trans_a": 1)"),
              HasSubstr("expected a boolean"));
  EXPECT_THAT(refusal(R"("op": "gemm", "m": 1, "n": 1, "k": 1, "source": {"file": "f"})"),
              HasSubstr("problems[0].source.commit"));
  EXPECT_THAT(refusal(R"("op": "gemm", "m": 1, "n": 1, "k": 1, "printed": {"k": "x"})"),
              HasSubstr("problems[0].printed"));
  EXPECT_THAT(refusal(R"("op": "gemm", "m": 1, "n": 1, "k": 1, "layers": {"all": [1]})"),
              HasSubstr("problems[0].layers"));
}

TEST(Problem, AnIdMayNameAFile) {
  EXPECT_THROW(read(R"({"id": "../a", "op": "gemm", "m": 1, "n": 1, "k": 1})"), Error);
  EXPECT_THROW(read(R"({"id": "", "op": "gemm", "m": 1, "n": 1, "k": 1})"), Error);
}

TEST(Problem, AConvolutionThatCannotBeIsRefused) {
  const std::string base = kConvolution;
  EXPECT_THAT(refusal(base + R"(, "groups": 4)"), HasSubstr("divisor of c = 6"));
  EXPECT_THAT(refusal(base + R"(, "groups": 3)"), HasSubstr("divisor of c = 6 and k = 4"));
  EXPECT_THAT(refusal(base + R"(, "dilation": [5, 1])"), HasSubstr("reaches over 11"));
  EXPECT_THAT(refusal(base + R"(, "dilation": [0, 1])"), HasSubstr("problems[0].dilation"));
  EXPECT_THAT(refusal(base + R"(, "pad": [1])"), HasSubstr("expected two integers"));
  EXPECT_THAT(refusal(base + R"(, "pad": [-1, 0])"), HasSubstr("problems[0].pad"));
  EXPECT_THAT(refusal(base + R"(, "stride": [1, 0])"), HasSubstr("problems[0].stride"));
  EXPECT_THAT(refusal(base + R"(, "passes": [])"), HasSubstr("problems[0].passes"));
  EXPECT_THAT(refusal(base + R"(, "passes": ["forward", "forward"])"), HasSubstr("twice"));
  EXPECT_THAT(refusal(base + R"(, "passes": ["sideways"])"), HasSubstr("got \"sideways\""));
}

TEST(Problem, ASparsityIsAShare) {
  const std::string base = R"("op": "sparse_gemm", "m": 8, "n": 2, "k": 4, "sparsity": )";
  EXPECT_THAT(refusal(base + "1"), HasSubstr("problems[0].sparsity"));
  EXPECT_THAT(refusal(base + "-0.1"), HasSubstr("problems[0].sparsity"));
  EXPECT_EQ(refusal(base + "0"), "accepted");
}

}  // namespace
}  // namespace harness
