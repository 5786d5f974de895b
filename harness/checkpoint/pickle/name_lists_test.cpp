#include "harness/checkpoint/pickle/name_lists.h"

#include <gtest/gtest.h>

namespace harness {
namespace {

TEST(NameLists, FindsClassesInTheirPackagesAndNowhereElse) {
  EXPECT_TRUE(is_listed_class("torch.nn", "Conv2d"));
  EXPECT_TRUE(is_listed_class("torch.nn.modules.conv", "Conv2d"));
  EXPECT_TRUE(is_listed_class("mmseg.models.decode_heads", "FCNHead"));
  EXPECT_FALSE(is_listed_class("torch.nnx", "Conv2d"));
  EXPECT_FALSE(is_listed_class("torch", "Conv2d"));
  EXPECT_FALSE(is_listed_class("torch.nn.quantized.modules.conv", "Conv2d"));
  EXPECT_FALSE(is_listed_class("torch.nn", "Conv2d ConvTranspose2d"));
  EXPECT_FALSE(is_listed_class("torch.nn", "Conv"));
  EXPECT_FALSE(is_listed_class("torch.nn", ""));
}

TEST(NameLists, FindsFunctionsOfPythonOnlyInTheirModule) {
  EXPECT_TRUE(is_listed_callable("builtins", "abs"));
  EXPECT_FALSE(is_listed_callable("builtins.x", "abs"));
  EXPECT_TRUE(is_listed_callable("torch.nn.functional", "relu"));
  EXPECT_TRUE(is_listed_callable("torchvision.ops.boxes", "box_iou"));
  EXPECT_FALSE(is_listed_callable("torch.nn.functional", "importlib"));
  EXPECT_FALSE(is_listed_callable("torchvision.models.resnet", "ResNet"));
}

TEST(NameLists, FindsConstants) {
  EXPECT_TRUE(is_listed_enum("timm.layers.format", "Format"));
  EXPECT_FALSE(is_listed_enum("timm.layers", "Format"));
  EXPECT_FALSE(is_listed_enum("timm.layers.format", "FormatT"));
}

}  // namespace
}  // namespace harness
