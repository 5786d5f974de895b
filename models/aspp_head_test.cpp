#include "models/aspp_head.h"

#include <gmock/gmock.h>

#include "models/test_support.h"

namespace models {
namespace {

using testing::ElementsAre;

HeadOptions aspp_options() {
  return tiny_model("ASPPHead").decode_head;
}

TEST(ASPPHead, HasABranchForEachDilation) {
  const ASPPHead head(aspp_options());
  EXPECT_EQ(conv_at(*head, "aspp_modules.0.conv").kernel_size, 1);
  EXPECT_EQ(conv_at(*head, "aspp_modules.0.conv").padding, 0);
  EXPECT_EQ(conv_at(*head, "aspp_modules.3.conv").kernel_size, 3);
  EXPECT_EQ(conv_at(*head, "aspp_modules.3.conv").dilation, 36);
  EXPECT_EQ(conv_at(*head, "aspp_modules.3.conv").padding, 36);
  EXPECT_EQ(conv_at(*head, "bottleneck.conv").in_channels, 5 * 4);
}

TEST(ASPPHead, KeepsTheSizeOfItsInput) {
  ASPPHead head(aspp_options());
  EXPECT_THAT(head->forward(tiny_features()).sizes(), ElementsAre(2, 5, 4, 6));
}

TEST(ASPPHead, ReadsTheImagePoolFirst) {
  ASPPHead head(aspp_options());
  head->eval();
  tensor_at(*head, "bottleneck.conv.weight").narrow(1, 4, 16).zero_();
  const auto features = tiny_features();
  const auto before = head->forward(features);
  for (const auto* branch : {"0", "1", "2", "3"}) {
    tensor_at(*head, std::string("aspp_modules.") + branch + ".bn.bias").fill_(9);
  }
  EXPECT_TRUE(torch::equal(head->forward(features), before));
  tensor_at(*head, "image_pool.1.bn.bias").fill_(9);
  EXPECT_FALSE(torch::equal(head->forward(features), before));
}

TEST(ASPPHead, PoolsTheWholeImage) {
  ASPPHead head(aspp_options());
  struct Pooled : ActivationObserver {
    void observe(std::string_view layer, const torch::Tensor& activation) override {
      if (layer == "image_pool.0") value = activation.clone();
    }
    torch::Tensor value;
  } pooled;
  const ObservationScope scope(*head, pooled);
  const auto features = tiny_features();
  head->forward(features);
  EXPECT_TRUE(torch::allclose(pooled.value, features[3].mean({2, 3}, /*keepdim=*/true)));
}

}  // namespace
}  // namespace models
