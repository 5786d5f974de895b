#include "models/psp_head.h"

#include <gmock/gmock.h>

#include "models/test_support.h"

namespace models {
namespace {

using testing::ElementsAre;

HeadOptions psp_options() {
  return tiny_model("PSPHead").decode_head;
}

TEST(PSPHead, HasALevelForEachPoolScale) {
  auto options = psp_options();
  options.pool_scales = {1, 2, 3};
  const PSPHead head(options);
  EXPECT_EQ(conv_at(*head, "psp_modules.2.1.conv").in_channels, 64);
  EXPECT_THROW(conv_at(*head, "psp_modules.3.1.conv"), c10::Error);
  EXPECT_EQ(conv_at(*head, "bottleneck.conv").in_channels, 64 + 3 * 4);
}

TEST(PSPHead, PoolsToItsScalesAndResizesBack) {
  PSPHead head(psp_options());
  struct Sizes : ActivationObserver {
    void observe(std::string_view layer, const torch::Tensor& activation) override {
      if (layer.ends_with(".0")) pooled.push_back(activation.size(2));
      if (layer.ends_with("resize")) resized.push_back(activation.size(3));
    }
    std::vector<int64_t> pooled, resized;
  } sizes;
  const ObservationScope scope(*head, sizes);
  EXPECT_THAT(head->forward(tiny_features()).sizes(), ElementsAre(2, 5, 4, 6));
  EXPECT_THAT(sizes.pooled, ElementsAre(1, 2, 3, 6));
  EXPECT_THAT(sizes.resized, ElementsAre(6, 6, 6, 6));
}

TEST(PSPHead, ReadsItsInputFirstThenTheLevelsInOrder) {
  PSPHead head(psp_options());
  head->eval();
  // Only the channels of the second level (pool scale 2) are read.
  auto weight = tensor_at(*head, "bottleneck.conv.weight");
  weight.narrow(1, 0, 64 + 4).zero_();
  weight.narrow(1, 64 + 8, 8).zero_();
  const auto features = tiny_features();
  const auto before = head->forward(features);
  tensor_at(*head, "psp_modules.0.1.bn.bias").fill_(9);
  tensor_at(*head, "psp_modules.2.1.bn.bias").fill_(9);
  EXPECT_TRUE(torch::equal(head->forward(features), before));
  tensor_at(*head, "psp_modules.1.1.bn.bias").fill_(9);
  EXPECT_FALSE(torch::equal(head->forward(features), before));
}

}  // namespace
}  // namespace models
