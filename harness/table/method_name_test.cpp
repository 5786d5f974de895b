#include "harness/table/method_name.h"

#include <gtest/gtest.h>

namespace harness {
namespace {

TEST(MethodName, KnowsTheHeadOfEachMethod) {
  EXPECT_EQ(head_of_method("FCN"), "FCNHead");
  EXPECT_EQ(head_of_method("pspnet"), "PSPHead");
  EXPECT_EQ(head_of_method("DeepLabV3"), "ASPPHead");
  EXPECT_EQ(head_of_method("DeepLabV3+"), "DepthwiseSeparableASPPHead");
  EXPECT_EQ(head_of_method("deeplabv3plus"), "DepthwiseSeparableASPPHead");
  EXPECT_EQ(head_of_method("FCN (FP16)"), "FCNHead");
  EXPECT_EQ(head_of_method("FCN-D6"), "FCNHead");
  EXPECT_EQ(head_of_method("psp"), "PSPHead");
  EXPECT_FALSE(head_of_method("UPerNet").has_value());
  EXPECT_FALSE(head_of_method("").has_value());
}

TEST(MethodName, ReadsTheMethodFromTheStartOfAnId) {
  EXPECT_EQ(method_of_id("deeplabv3plus_r50-d8_80k"), "DeepLabV3+");
  EXPECT_EQ(method_of_id("deeplabv3_r50-d8_80k"), "DeepLabV3");
  EXPECT_EQ(method_of_id("fcn"), "FCN");
  EXPECT_EQ(method_of_id("fcn-d6_r50-d16_4xb2-80k"), "FCN-D6");
  EXPECT_EQ(method_of_id("psp_r50_80ki"), "PSPNet");
  EXPECT_EQ(method_of_id("fcnx_r50"), "");
}

}  // namespace
}  // namespace harness
