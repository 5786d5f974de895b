#include "harness/network/tensor_bridge.h"

#include <array>
#include <cstring>

#include <gtest/gtest.h>

namespace harness {
namespace {

TEST(TensorBridge, CopiesAContiguousTensorAtAnOffset) {
  const std::array<float, 6> values{0, 1, 2, 3, 4, 5};
  TensorView view;
  view.shape = {2, 2};
  view.strides = {2, 1};
  view.offset = 2;
  view.storage_bytes = std::as_bytes(std::span(values));
  EXPECT_TRUE(torch::equal(to_torch(view), torch::tensor({{2.F, 3.F}, {4.F, 5.F}})));
}

TEST(TensorBridge, KnowsTheDtypeThatAFileWouldHold) {
  EXPECT_EQ(dtype_of(torch::zeros({1}, torch::kHalf)), DType::kFloat16);
  EXPECT_EQ(dtype_of(torch::zeros({1}, torch::kInt)), DType::kInt32);
  EXPECT_EQ(dtype_of(torch::zeros({1}, torch::kBool)), DType::kBool);
  EXPECT_THROW(dtype_of(torch::zeros({1}, torch::kComplexFloat)), c10::Error);
}

TEST(TensorBridge, PacksATransposedView) {
  const std::array<std::int64_t, 4> values{1, 2, 3, 4};
  TensorView view;
  view.dtype = DType::kInt64;
  view.shape = {2, 2};
  view.strides = {1, 2};
  view.storage_bytes = std::as_bytes(std::span(values));
  EXPECT_TRUE(
      torch::equal(to_torch(view), torch::tensor({1, 3, 2, 4}, torch::kLong).reshape({2, 2})));
}

TEST(TensorBridge, AScalarAndAnEmptyTensorKeepTheirShape) {
  const double value = 7;
  TensorView scalar;
  scalar.dtype = DType::kFloat64;
  scalar.storage_bytes = std::as_bytes(std::span(&value, 1));
  EXPECT_EQ(to_torch(scalar).item<double>(), 7);
  TensorView empty;
  empty.shape = {0, 3};
  empty.strides = {3, 1};
  EXPECT_EQ(to_torch(empty).sizes(), torch::IntArrayRef({0, 3}));
}

}  // namespace
}  // namespace harness
