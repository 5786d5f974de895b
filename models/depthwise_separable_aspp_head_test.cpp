#include "models/depthwise_separable_aspp_head.h"

#include <gmock/gmock.h>

#include "models/test_support.h"

namespace models {
namespace {

using testing::ElementsAre;

HeadOptions plus_options() {
  return tiny_model("DepthwiseSeparableASPPHead").decode_head;
}

TEST(DepthwiseSeparableASPPHead, HasSeparableBranchesButForDilationOne) {
  const DepthwiseSeparableASPPHead head(plus_options());
  EXPECT_EQ(conv_at(*head, "aspp_modules.0.conv").groups, 1);
  EXPECT_EQ(conv_at(*head, "aspp_modules.2.depthwise_conv.conv").groups, 64);
  EXPECT_EQ(conv_at(*head, "aspp_modules.2.depthwise_conv.conv").dilation, 24);
  EXPECT_EQ(conv_at(*head, "bottleneck.conv").groups, 1);
  EXPECT_EQ(conv_at(*head, "sep_bottleneck.0.depthwise_conv.conv").groups, 4 + 3);
  EXPECT_EQ(conv_at(*head, "sep_bottleneck.1.pointwise_conv.conv").out_channels, 4);
}

TEST(DepthwiseSeparableASPPHead, GivesLogitsOfTheFirstStagesSize) {
  DepthwiseSeparableASPPHead head(plus_options());
  EXPECT_THAT(head->forward(tiny_features()).sizes(), ElementsAre(2, 5, 8, 12));
  EXPECT_THAT(head->feature_indices(), ElementsAre(3, 0));
}

TEST(DepthwiseSeparableASPPHead, JoinsTheFirstStageBehindThePyramid) {
  DepthwiseSeparableASPPHead head(plus_options());
  head->eval();
  // With the first four channels of the joined map at zero, only the first stage is read.
  tensor_at(*head, "sep_bottleneck.0.depthwise_conv.conv.weight").narrow(0, 0, 4).zero_();
  const auto features = tiny_features();
  auto others = features;
  others[3] = torch::randn_like(features[3]);
  EXPECT_TRUE(torch::equal(head->forward(features), head->forward(others)));
}

TEST(DepthwiseSeparableASPPHead, WithoutC1ReadsOneMapOnly) {
  auto options = plus_options();
  options.c1_in_channels = 0;
  DepthwiseSeparableASPPHead head(options);
  EXPECT_THAT(head->feature_indices(), ElementsAre(3));
  EXPECT_THAT(head->forward({{}, {}, {}, torch::randn({2, 64, 4, 6})}).sizes(),
              ElementsAre(2, 5, 4, 6));
}

}  // namespace
}  // namespace models
