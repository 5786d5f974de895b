#include "harness/memory/operator_kind.h"

#include <gtest/gtest.h>

namespace harness {
namespace {

TEST(OperatorKind, IsTheSameForAnOperatorAndItsNode) {
  EXPECT_EQ(operator_kind("aten::conv2d"), "convolution");
  EXPECT_EQ(operator_kind("aten::convolution_backward"), "convolution");
  EXPECT_EQ(operator_kind("ConvolutionBackward0"), "convolution");
  EXPECT_EQ(operator_kind("aten::batch_norm"), "batch_norm");
  EXPECT_EQ(operator_kind("CudnnBatchNormBackward0"), "batch_norm");
  EXPECT_EQ(operator_kind("aten::relu_"), "relu");
  EXPECT_EQ(operator_kind("aten::contiguous"), "layout");
  EXPECT_EQ(operator_kind("aten::nll_loss_nd"), "loss");
}

TEST(OperatorKind, AnAverageOverTheImageIsAPoolAndOverThePixelsALoss) {
  EXPECT_EQ(operator_kind("MeanBackward1"), "pool");
  EXPECT_EQ(operator_kind("MeanBackward0"), "loss");
}

TEST(OperatorKind, OurOwnGradientOfAResizeIsNamedApart) {
  EXPECT_EQ(operator_kind("torch::autograd::CppNode<models::(anonymous)::LinearAlongAxes>"),
            "deterministic_resize");
}

TEST(OperatorKind, AnAllocationHasNone) {
  EXPECT_EQ(operator_kind("aten::empty"), "");
  EXPECT_EQ(operator_kind(""), "");
}

}  // namespace
}  // namespace harness
