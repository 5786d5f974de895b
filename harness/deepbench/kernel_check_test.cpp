#include "harness/deepbench/kernel_check.h"

#include <cmath>
#include <functional>
#include <limits>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace harness {
namespace {
using testing::HasSubstr;

constexpr KernelArithmetic kHalf{ElementType::kFloat16, ElementType::kFloat32};
constexpr KernelArithmetic kBfloat{ElementType::kBfloat16, ElementType::kFloat32};
constexpr KernelArithmetic kFloat{ElementType::kFloat32, ElementType::kFloat32};
constexpr KernelArithmetic kDouble{ElementType::kFloat64, ElementType::kFloat64};

using Kernel = std::function<Array(const Array& a, const Array& b)>;

CheckRecord judge(const KernelCheck& check, const Kernel& kernel) {
  const Array values = kernel(check.a(), check.b());
  return check.judge(values, kernel(check.integer_a(), check.integer_b()));
}

Kernel plain(const Contraction& contraction, const KernelArithmetic& arithmetic) {
  return [contraction, arithmetic](const Array& a, const Array& b) {
    return plain_result(contraction, a, b, arithmetic);
  };
}

/// Square, so that a transposed operand has the right size.
constexpr GemmProblem kSquare{24, 24, 24, false, false};

ConvolutionProblem convolution() {
  ConvolutionProblem problem;
  problem.n = 3;
  problem.c = 4;
  problem.h = problem.w = 9;
  problem.k = 4;
  problem.r = problem.s = 3;
  problem.pad = {1, 1};
  return problem;
}

TEST(KernelCheck, PlainSumsAreRightInEveryArithmetic) {
  for (const auto& arithmetic : {kHalf, kBfloat, kFloat, kDouble}) {
    const Contraction gemm(kSquare);
    const CheckRecord record = judge(KernelCheck(gemm, arithmetic), plain(gemm, arithmetic));
    EXPECT_EQ(record.outcome, CheckOutcome::kRight)
        << to_string(arithmetic.storage) << ": " << record.reason;
    EXPECT_EQ(record.compared, 24 * 24);
    EXPECT_EQ(record.exact.value().compared, 24 * 24);
    EXPECT_EQ(record.exact->different, 0);
    EXPECT_EQ(record.rms_error <= record.rms_yardstick, true);
  }
}

TEST(KernelCheck, IntegersAreLargeEnoughToShowHalfSums) {
  // At least one in twenty sums is above 2048, where half holds even numbers only.
  for (const std::int64_t k : {1, 9, 100, 10000}) {
    const Contraction gemm(GemmProblem{10, 10, k, false, false});
    const KernelCheck check(gemm, kDouble);
    const Array sums = plain_result(gemm, check.integer_a(), check.integer_b(), kDouble);
    int large = 0;
    for (std::int64_t i = 0; i < sums.elements(); ++i) large += std::abs(sums.at(i)) > 2048 ? 1 : 0;
    EXPECT_GE(large, 5) << k;
  }
}

TEST(KernelCheck, HalfSumsAreFound) {
  const KernelArithmetic in_half{ElementType::kFloat16, ElementType::kFloat16};
  for (const std::int64_t k : {2, 9, 24, 300}) {
    const Contraction gemm(GemmProblem{16, 16, k, false, false});
    const CheckRecord record = judge(KernelCheck(gemm, kHalf), plain(gemm, in_half));
    EXPECT_EQ(record.outcome, CheckOutcome::kWrong) << k;
    EXPECT_GT(record.exact.value().different, 0) << k;
  }
  // By values alone, where sums are long.
  const Contraction gemm(GemmProblem{16, 16, 300, false, false});
  const KernelCheck check(gemm, kHalf);
  const Array values = plain_result(gemm, check.a(), check.b(), in_half);
  EXPECT_EQ(check.judge_values(values).outcome, CheckOutcome::kWrong);
}

TEST(KernelCheck, RoundedOperandsAreFound) {
  const Contraction gemm(kSquare);
  // TF32 keeps 11 digits, as half does within its range.
  const Kernel tf32 = [&](Array a, Array b) {
    for (Array* operand : {&a, &b}) {
      for (std::int64_t i = 0; i < operand->elements(); ++i) {
        operand->set(i, rounded(ElementType::kFloat16, operand->at(i)));
      }
    }
    return plain_result(gemm, a, b, kFloat);
  };
  EXPECT_EQ(judge(KernelCheck(gemm, kFloat), tf32).outcome, CheckOutcome::kWrong);
  // Doubles that pass through float.
  const Kernel in_float = [&](Array a, const Array& b) {
    for (std::int64_t i = 0; i < a.elements(); ++i) a.set(i, static_cast<float>(a.at(i) / 3) * 3.0);
    return plain_result(gemm, a, b, kDouble);
  };
  EXPECT_EQ(judge(KernelCheck(gemm, kDouble), in_float).outcome, CheckOutcome::kWrong);
}

TEST(KernelCheck, ATransposedOperandIsFound) {
  for (const bool of_a : {true, false}) {
    GemmProblem other = kSquare;
    (of_a ? other.trans_a : other.trans_b) = true;
    for (const auto& arithmetic : {kHalf, kFloat}) {
      EXPECT_EQ(judge(KernelCheck(Contraction(kSquare), arithmetic),
                      plain(Contraction(other), arithmetic))
                    .outcome,
                CheckOutcome::kWrong);
    }
  }
}

/// What becomes of a kernel that computes `other` where convolution() is asked for.
CheckOutcome outcome_of(const ConvolutionProblem& other, Pass pass,
                        ConvolutionProblem asked = convolution()) {
  return judge(KernelCheck(Contraction(asked, pass), kHalf), plain(Contraction(other, pass), kHalf))
      .outcome;
}

TEST(KernelCheck, AnotherConvolutionIsFound) {
  for (const Pass pass : {Pass::kForward, Pass::kBackwardData, Pass::kBackwardFilter}) {
    EXPECT_EQ(outcome_of(convolution(), pass), CheckOutcome::kRight);
    ConvolutionProblem dilated = convolution();
    dilated.dilation = dilated.pad = {2, 2};
    EXPECT_EQ(outcome_of(dilated, pass), CheckOutcome::kWrong);
  }
}

/// Strides of 2 and 3 and paddings of 1 and 2 that give two output pixels of five input pixels.
TEST(KernelCheck, StrideAndPaddingOfTheSameSizesAreFound) {
  ConvolutionProblem asked = convolution();
  asked.h = asked.w = 5;
  asked.pad = {0, 0};
  asked.stride = {2, 2};
  ConvolutionProblem padded = asked;
  padded.pad = {1, 1};
  padded.stride = {4, 4};
  ConvolutionProblem strided = asked;
  strided.pad = {1, 1};
  strided.stride = {3, 3};
  for (const auto* other : {&padded, &strided}) {
    ASSERT_EQ(other->p(), 2);
    for (const Pass pass : {Pass::kForward, Pass::kBackwardData, Pass::kBackwardFilter}) {
      EXPECT_EQ(outcome_of(*other, pass, asked), CheckOutcome::kWrong);
    }
  }
  // Of these two, only the stride differs.
  EXPECT_EQ(outcome_of(padded, Pass::kForward, strided), CheckOutcome::kWrong);
}

TEST(KernelCheck, PaddingAloneIsFound) {
  // floor((7 - 1) / 5) = floor((7 + 2 - 1) / 5).
  ConvolutionProblem asked = convolution();
  asked.h = asked.w = 7;
  asked.r = asked.s = 1;
  asked.stride = {5, 5};
  asked.pad = {0, 0};
  ConvolutionProblem padded = asked;
  padded.pad = {1, 1};
  ASSERT_EQ(asked.p(), padded.p());
  for (const Pass pass : {Pass::kForward, Pass::kBackwardData, Pass::kBackwardFilter}) {
    EXPECT_EQ(outcome_of(padded, pass, asked), CheckOutcome::kWrong);
  }
}

TEST(KernelCheck, ADroppedImageIsFound) {
  for (const Pass pass : {Pass::kForward, Pass::kBackwardData, Pass::kBackwardFilter}) {
    const Contraction contraction(convolution(), pass);
    const Kernel dropped = [&](Array a, const Array& b) {
      // The last of three images of A takes no part.
      for (std::int64_t i = a.elements() / 3 * 2; i < a.elements(); ++i) a.set(i, 0.0);
      return plain_result(contraction, a, b, kHalf);
    };
    EXPECT_EQ(judge(KernelCheck(contraction, kHalf), dropped).outcome, CheckOutcome::kWrong);
  }
}

TEST(KernelCheck, AnOldResultIsFound) {
  const Contraction gemm(kSquare);
  Array left_over;
  const Kernel stale = [&](const Array& a, const Array& b) {
    if (left_over.elements() == 0) left_over = plain_result(gemm, a, b, kHalf);
    return left_over;
  };
  const CheckRecord record = judge(KernelCheck(gemm, kHalf), stale);
  EXPECT_EQ(record.outcome, CheckOutcome::kWrong);
  EXPECT_LE(record.rms_error, record.rms_yardstick) << "the first result was right";
}

TEST(KernelCheck, OneElementThatIsNotFiniteIsFound) {
  const Contraction gemm(GemmProblem{200, 200, 3000, false, false});
  KernelCheckOptions few;
  few.most_products = 1;
  const KernelCheck check(gemm, kFloat, few);
  const Kernel kernel = [&](const Array&, const Array&) {
    Array result(ElementType::kFloat32, gemm.outputs());
    result.set(12345, std::numeric_limits<double>::quiet_NaN());
    return result;
  };
  const CheckRecord record = judge(check, kernel);
  EXPECT_EQ(record.compared, 64);
  EXPECT_EQ(record.non_finite, 1);
  EXPECT_THAT(record.reason, HasSubstr("1 infinite or NaN of 40000"));
}

TEST(KernelCheck, SamplesReachEveryPartOfALargeResult) {
  const Contraction gemm(GemmProblem{500, 64, 100, false, false});
  KernelCheckOptions few;
  few.most_products = 100 * 256;
  const KernelCheck check(gemm, kHalf, few);
  // One of 64 columns is missing.
  for (const std::int64_t column : {0, 17, 63}) {
    const Kernel kernel = [&](const Array& a, const Array& b) {
      Array result = plain_result(gemm, a, b, kHalf);
      for (std::int64_t i = 0; i < 500; ++i) result.set(column * 500 + i, 0.0);
      return result;
    };
    const CheckRecord record = judge(check, kernel);
    EXPECT_EQ(record.compared, 256);
    EXPECT_EQ(record.outcome, CheckOutcome::kWrong) << column;
  }
}

TEST(KernelCheck, ZerosShowNoMistake) {
  const Contraction gemm(kSquare);
  KernelCheck check(gemm, kHalf);
  check.use_values(Array(ElementType::kFloat16, 576), check.b());
  const CheckRecord record = judge(check, plain(gemm, kHalf));
  EXPECT_EQ(record.outcome, CheckOutcome::kMistrusted) << record.reason;
  EXPECT_EQ(record.zeros, 576);
}

TEST(KernelCheck, OperandsThatAreHalfZerosShowTooLittle) {
  const Contraction gemm(kSquare);
  KernelCheck check(gemm, kHalf);
  Array half_zeros = check.a();
  // Every other element, in each row and column.
  for (std::int64_t i = 0; i < half_zeros.elements(); ++i) {
    if ((i + i / 24) % 2 == 0) half_zeros.set(i, 0.0);
  }
  check.use_values(half_zeros, check.b());
  const CheckRecord record = judge(check, plain(gemm, kHalf));
  EXPECT_EQ(record.zeros, 0) << "the result has none";
  EXPECT_EQ(record.outcome, CheckOutcome::kMistrusted);
}

TEST(KernelCheck, GradientsBetweenStridesMayBeZero) {
  ConvolutionProblem strided = convolution();
  strided.stride = {3, 3};
  strided.r = strided.s = 1;
  const Contraction contraction(strided, Pass::kBackwardData);
  KernelCheckOptions options;
  options.a = kGradients;
  const CheckRecord record =
      judge(KernelCheck(contraction, kHalf, options), plain(contraction, kHalf));
  EXPECT_EQ(record.outcome, CheckOutcome::kRight) << record.reason;
}

TEST(KernelCheck, SumsThatNoFloatHoldsHaveNoExactCase) {
  const Contraction gemm(GemmProblem{1, 1, (std::int64_t{1} << 24) + 1, false, false});
  KernelCheckOptions options;
  const KernelCheck check(gemm, kFloat, options);
  EXPECT_EQ(check.integer_a().elements(), 0);
  EXPECT_FALSE(check.judge(plain_result(gemm, check.a(), check.b(), kFloat), Array()).exact);
}

TEST(KernelCheck, AResultOfAnotherSizeIsWrong) {
  const Contraction gemm(kSquare);
  const KernelCheck check(gemm, kHalf);
  EXPECT_EQ(check.judge_values(Array(ElementType::kFloat16, 575)).outcome, CheckOutcome::kWrong);
  EXPECT_EQ(check.judge_values(Array(ElementType::kFloat32, 576)).outcome, CheckOutcome::kWrong);
}

}  // namespace
}  // namespace harness
