#include "harness/deepbench/problem_suite.h"

#include <map>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"

namespace harness {
namespace {
using testing::HasSubstr;

std::string suite_text(const std::string& problems) {
  return R"({"schema": "halfproof.deepbench/1", "name": "own", "problems": [)" + problems + "]}";
}

ProblemSuite read(const std::string& text) {
  return problem_suite_from_json(parse_json(text, "own.json"), "own.json");
}

std::string refusal(const std::string& text) {
  try {
    read(text);
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

constexpr const char* kGemm = R"({"id": "a", "op": "gemm", "m": 1, "n": 2, "k": 3})";

/// Problems by operation.
std::map<std::string, int> counts_of(const ProblemSuite& suite) {
  std::map<std::string, int> counts;
  for (const auto& problem : suite.problems) ++counts[std::string(op_name(problem.work))];
  return counts;
}

TEST(ProblemSuite, DeepBenchsListsAreComplete) {
  // The facts' own counts: 657 problems.
  EXPECT_EQ(counts_of(read_problem_suite("suites/deepbench_training.json")),
            (std::map<std::string, int>{
                {"gemm", 160}, {"convolution", 94}, {"recurrent", 53}, {"all_reduce", 35}}));
  EXPECT_EQ(counts_of(read_problem_suite("suites/deepbench_inference_server.json")),
            (std::map<std::string, int>{
                {"gemm", 75}, {"convolution", 107}, {"recurrent", 69}, {"sparse_gemm", 24}}));
  EXPECT_EQ(counts_of(read_problem_suite("suites/deepbench_inference_device.json")),
            (std::map<std::string, int>{
                {"gemm", 13}, {"convolution", 16}, {"recurrent", 3}, {"sparse_gemm", 8}}));
  EXPECT_EQ(counts_of(read_problem_suite("suites/deepbench_rows.json")),
            (std::map<std::string, int>{{"convolution", 94}}));
}

TEST(ProblemSuite, APublishedProblemKnowsItsLine) {
  const ProblemSuite suite = read_problem_suite("suites/deepbench_training.json");
  EXPECT_EQ(suite.repository, "baidu-research/DeepBench");
  const Problem& first = suite.problems.front();
  EXPECT_EQ(first.id, "gemm.training.000");
  EXPECT_EQ(first.source.file, "code/kernels/gemm_problems.h");
  EXPECT_EQ(first.source.line, 3);
  EXPECT_EQ(first.source.commit, "da81ba7820739e2e506dc27f382d15be5479f98f");
  EXPECT_EQ(suite.digest.size(), 64U);
}

TEST(ProblemSuite, AnotherSchemaIsRefused) {
  EXPECT_THAT(refusal(R"({"schema": "halfproof.suite/1", "name": "x", "rows": []})"),
              HasSubstr("halfproof.deepbench/1"));
  EXPECT_THAT(refusal("[]"), HasSubstr("own.json"));
}

TEST(ProblemSuite, WhatIsMissingOrUnknownIsRefused) {
  EXPECT_EQ(refusal(suite_text(kGemm)), "accepted");
  EXPECT_THAT(refusal(suite_text("")), HasSubstr("one problem at least, got none"));
  EXPECT_THAT(refusal(R"({"schema": "halfproof.deepbench/1", "name": "x"})"),
              HasSubstr("problems"));
  EXPECT_THAT(refusal(R"({"schema": "halfproof.deepbench/1", "name": "x", "rows": 1,
                          "problems": [)" +
                      std::string(kGemm) + "]}"),
              HasSubstr("rows: unknown key"));
  EXPECT_THAT(refusal(suite_text("4")), HasSubstr("problems[0]"));
}

TEST(ProblemSuite, AnIdIsThereOnce) {
  const std::string other = R"({"id": "A", "op": "gemm", "m": 1, "n": 2, "k": 3})";
  EXPECT_THAT(refusal(suite_text(std::string(kGemm) + "," + other)),
              HasSubstr("problems[1].id: expected an id of its own"));
}

TEST(ProblemSuite, ADoubleHasTheSameWork) {
  const std::string first = std::string(kGemm) + ",";
  const std::string same = R"({"id": "b", "op": "gemm", "m": 1, "n": 2, "k": 3,
                               "duplicate_of": )";
  EXPECT_EQ(refusal(suite_text(first + same + "\"a\"}")), "accepted");
  EXPECT_THAT(refusal(suite_text(first + same + "\"c\"}")),
              HasSubstr("problems[1].duplicate_of: expected an earlier problem"));
  const std::string other = R"({"id": "b", "op": "gemm", "m": 1, "n": 2, "k": 4,
                                "duplicate_of": "a"})";
  EXPECT_THAT(refusal(suite_text(first + other)), HasSubstr("expected the same work as a"));
}

TEST(ProblemSuite, AProblemIsNamedByAPartOfItsId) {
  const ProblemSuite suite = read_problem_suite("suites/deepbench_training.json");
  EXPECT_EQ(select_problem(suite, "gemm.training.007").id, "gemm.training.007");
  EXPECT_EQ(select_problem(suite, "reduce.training.034").source.line, 0);
  EXPECT_THROW(select_problem(suite, "training.007"), Error);
  EXPECT_THROW(select_problem(suite, "nothing"), Error);
}

}  // namespace
}  // namespace harness
