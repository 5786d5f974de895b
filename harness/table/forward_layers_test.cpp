#include "harness/table/forward_layers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/table/model_cost.h"

namespace harness {
namespace {
using testing::IsSupersetOf;

ModelSpec zoo_model(const std::string& method) {
  Row row;
  row.id = method;
  row.method = method;
  return resolve_model(row, nullptr);
}

TEST(ForwardLayers, AreThoseOfTheModel) {
  const ForwardLayers fcn = forward_layers(zoo_model("FCN"));
  EXPECT_EQ(std::ssize(fcn.convolutions), forward_cost(zoo_model("FCN"), 64, 64).convolutions);
  // The convolutions' norms but for conv_seg, an addition for each of 33 blocks, and a pooling.
  EXPECT_EQ(fcn.others.size(), 109U + 33U + 1U);
  EXPECT_THAT(fcn.others, IsSupersetOf({"backbone.maxpool", "backbone.layer3.22.add",
                                        "backbone.layer1.0.bn3", "decode_head.convs.0.bn"}));
  EXPECT_TRUE(fcn.has("decode_head.conv_seg"));
  EXPECT_TRUE(fcn.has("backbone.stem.0"));
  EXPECT_FALSE(fcn.has("auxiliary_head.conv_seg"));
  EXPECT_FALSE(fcn.has("decode_head.conv_seg.weight"));
  EXPECT_FALSE(fcn.has(""));
}

TEST(ForwardLayers, OfAHeadAreItsPoolingsAndResizes) {
  EXPECT_THAT(forward_layers(zoo_model("PSPNet")).others,
              IsSupersetOf({"decode_head.psp_modules.0.0", "decode_head.psp_modules.3.resize"}));
  const ForwardLayers aspp = forward_layers(zoo_model("DeepLabV3"));
  EXPECT_THAT(aspp.others,
              IsSupersetOf({"decode_head.image_pool.0", "decode_head.image_pool.resize"}));
  EXPECT_FALSE(aspp.has("decode_head.resize"));
  ModelSpec plus = zoo_model("DeepLabV3+");
  EXPECT_TRUE(forward_layers(plus).has("decode_head.resize"));
  plus.decode_head.c1_in_channels = 0;
  EXPECT_FALSE(forward_layers(plus).has("decode_head.resize"));
}

TEST(ForwardLayers, StagesThatNoHeadReadsDoNotRun) {
  ModelSpec spec = zoo_model("FCN");
  spec.decode_head.in_index = 2;
  const ForwardLayers layers = forward_layers(spec);
  EXPECT_TRUE(layers.has("backbone.layer3.0.add"));
  EXPECT_FALSE(layers.has("backbone.layer4.0.add"));
  EXPECT_FALSE(layers.has("backbone.layer4.0.conv1"));
}

}  // namespace
}  // namespace harness
