#include "harness/precision/dtype_name.h"

#include <gtest/gtest.h>

namespace harness {
namespace {

TEST(DtypeName, IsTheOneOfPyTorch) {
  EXPECT_EQ(dtype_name(torch::kHalf), "float16");
  EXPECT_EQ(dtype_name(torch::kBFloat16), "bfloat16");
  EXPECT_EQ(dtype_name(torch::kFloat), "float32");
  EXPECT_EQ(dtype_name(torch::kDouble), "float64");
  EXPECT_EQ(dtype_name(torch::kChar), "int8");
  EXPECT_EQ(dtype_name(torch::kShort), "int16");
  EXPECT_EQ(dtype_name(torch::kInt), "int32");
  EXPECT_EQ(dtype_name(torch::kLong), "int64");
  EXPECT_EQ(dtype_name(torch::kByte), "uint8");
  EXPECT_EQ(dtype_name(torch::kBool), "bool");
  EXPECT_EQ(dtype_name(torch::kComplexFloat), "ComplexFloat");
}

TEST(ScalarType, HasTheNameAndTheLimitsOfItsFormat) {
  EXPECT_EQ(element_types().size(), 4U);
  for (const auto& element : element_types()) {
    const auto type = scalar_type(element.type);
    EXPECT_EQ(dtype_name(type), element.name);
    const auto limit = torch::tensor(element.max, torch::kDouble);
    EXPECT_EQ(limit.to(type).to(torch::kDouble).item<double>(), element.max) << element.name;
    const auto smallest = torch::tensor(element.min_subnormal, torch::kDouble);
    EXPECT_EQ(smallest.to(type).to(torch::kDouble).item<double>(), element.min_subnormal)
        << element.name;
  }
}

}  // namespace
}  // namespace harness
