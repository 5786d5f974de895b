#include "harness/kernels/torch_kernel.h"

#include <array>
#include <cmath>

#include <gtest/gtest.h>
#include <torch/types.h>

#include "harness/deepbench/contraction.h"
#include "harness/testing/convolution_problems.h"

namespace harness {
namespace {

constexpr std::array kStorages{ElementType::kFloat16, ElementType::kBfloat16, ElementType::kFloat32,
                               ElementType::kFloat64};

/// Of every kernel here.
const ConvolutionProblem kConvolution = uneven_convolution(9, 7);

CheckRecord judge(const Contraction& contraction, const TorchKernel& kernel) {
  const KernelCheck check(contraction, kernel.arithmetic);
  kernel.load(check.a(), check.b());
  kernel.run();
  const Array values = kernel.result();
  kernel.load(check.integer_a(), check.integer_b());
  kernel.run();
  return check.judge(values, kernel.result());
}

/// LibTorch's convolutions know nothing of Contraction's sums, nor it of them: both must agree.
TEST(TorchKernel, ConvolutionsAreRightInEveryArithmeticAndPass) {
  for (const Pass pass : {Pass::kForward, Pass::kBackwardData, Pass::kBackwardFilter}) {
    for (const ElementType storage : kStorages) {
      const CheckRecord record =
          judge(Contraction(kConvolution, pass), convolution_kernel(kConvolution, pass, storage));
      EXPECT_EQ(record.outcome, CheckOutcome::kRight)
          << to_string(pass) << " in " << to_string(storage) << ": " << record.reason;
      EXPECT_EQ(record.compared, record.elements);
    }
  }
}

TEST(TorchKernel, ProductsAreRightInEveryArithmeticAndTransposition) {
  for (const bool trans_a : {false, true}) {
    for (const bool trans_b : {false, true}) {
      const GemmProblem gemm{17, 33, 65, trans_a, trans_b};
      for (const ElementType storage : kStorages) {
        const CheckRecord record = judge(Contraction(gemm), gemm_kernel(gemm, storage));
        EXPECT_EQ(record.outcome, CheckOutcome::kRight)
            << trans_a << trans_b << " in " << to_string(storage) << ": " << record.reason;
      }
    }
  }
}

TEST(TorchKernel, AResultIsNotANumberBeforeTheFirstRun) {
  const GemmProblem gemm{4, 4, 4, false, false};
  const Array result = gemm_kernel(gemm, ElementType::kFloat16).result();
  for (std::int64_t i = 0; i < 16; ++i) EXPECT_TRUE(std::isnan(result.at(i)));
}

TEST(TorchKernel, HalfIsWidenedWhereTheProcessorHasNone) {
  const GemmProblem gemm{4, 4, 4, false, false};
  const bool native = has_native_products(ElementType::kFloat16);
  EXPECT_EQ(gemm_kernel(gemm, ElementType::kFloat16).engine,
            native ? "libtorch" : "libtorch, widened to float32");
  EXPECT_EQ(gemm_kernel(gemm, ElementType::kFloat32).engine, "libtorch");
  EXPECT_EQ(convolution_kernel(kConvolution, Pass::kForward, ElementType::kBfloat16).engine,
            "libtorch, widened to float32");
}

TEST(TorchKernel, OperandsOfAnotherSizeAreRefused) {
  const TorchKernel kernel = gemm_kernel({4, 4, 4, false, false}, ElementType::kFloat32);
  const Array good(ElementType::kFloat32, 16);
  EXPECT_THROW(kernel.load(Array(ElementType::kFloat32, 15), good), c10::Error);
  EXPECT_THROW(kernel.load(Array(ElementType::kFloat16, 16), good), c10::Error);
}

}  // namespace
}  // namespace harness
