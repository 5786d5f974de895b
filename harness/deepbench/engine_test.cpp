#include "harness/deepbench/engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace harness {
namespace {
using testing::ElementsAre;
using testing::HasSubstr;

TEST(Engine, PrecisionsAreTheirFormats) {
  EXPECT_EQ(storage_of("fp16"), ElementType::kFloat16);
  EXPECT_EQ(storage_of("bf16"), ElementType::kBfloat16);
  EXPECT_EQ(storage_of("fp32"), ElementType::kFloat32);
  EXPECT_EQ(storage_of("fp64"), ElementType::kFloat64);
  EXPECT_EQ(storage_of("int8"), std::nullopt);
  EXPECT_EQ(storage_of("tf32"), std::nullopt);
}

TEST(Engine, WhatNothingRunsHasAReason) {
  for (const char* precision : {"fp16", "bf16", "fp32", "fp64"}) {
    EXPECT_EQ(missing_engine(GemmProblem{}, precision), "");
    EXPECT_EQ(missing_engine(ConvolutionProblem{}, precision), "");
    EXPECT_THAT(missing_engine(RecurrentProblem{}, precision), HasSubstr("recurrent"));
    EXPECT_THAT(missing_engine(AllReduceProblem{}, precision), HasSubstr("all_reduce"));
    EXPECT_THAT(missing_engine(SparseGemmProblem{}, precision), HasSubstr("sparse_gemm"));
  }
  EXPECT_THAT(missing_engine(GemmProblem{}, "int8"), HasSubstr("int8"));
  EXPECT_THAT(missing_engine(GemmProblem{}, "tf32"), HasSubstr("TF32"));
}

TEST(Engine, PassesHaveNames) {
  EXPECT_THAT(pass_names(GemmProblem{}), ElementsAre("product"));
  EXPECT_THAT(pass_names(ConvolutionProblem{}),
              ElementsAre("forward", "backward_data", "backward_filter"));
}

TEST(Engine, MemoryCountsOperandsResultAndWhatIsWidened) {
  const GemmProblem gemm{10, 20, 30, false, false};  // 300, 600 and 200 elements.
  EXPECT_EQ(memory_need(gemm, ElementType::kFloat64, 2), (4 * 900 + 3 * 200) * 8);
  EXPECT_EQ(memory_need(gemm, ElementType::kFloat32, 2), (4 * 900 + 3 * 200) * 4 + 4 * 1100);
  EXPECT_EQ(memory_need(gemm, ElementType::kFloat16, 2), (4 * 900 + 3 * 200) * 2 + 8 * 1100);
}

TEST(Engine, MemoryOfDoublesCountsColumns) {
  ConvolutionProblem p;
  p.n = 4;
  p.c = 2;
  p.h = p.w = 10;
  p.k = 3;
  p.r = p.s = 3;
  p.passes = {Pass::kForward};
  const std::int64_t operands = 4 * 2 * 100 + 3 * 2 * 9;
  const std::int64_t result = 4 * 3 * 64;
  EXPECT_EQ(memory_need(p, ElementType::kFloat64, 2),
            (4 * operands + 3 * result) * 8 + 8 * (2 * 9) * 64 * 2);
  p.r = p.s = 1;
  EXPECT_EQ(memory_need(p, ElementType::kFloat64, 2),
            (4 * (4 * 2 * 100 + 6) + 3 * 4 * 3 * 100) * 8);
}

}  // namespace
}  // namespace harness
