#include "models/fcn_head.h"

#include <gmock/gmock.h>

#include "models/test_support.h"

namespace models {
namespace {

using testing::ElementsAre;
using testing::Not;

HeadOptions fcn_options() {
  return tiny_model("FCNHead").decode_head;
}

TEST(FCNHead, ConcatenatesItsInputBeforeWhatItComputed) {
  FCNHead head(fcn_options());
  head->eval();
  EXPECT_EQ(conv_at(*head, "conv_cat.conv").in_channels, 64 + 4);
  // With the weights of the first 64 channels at zero the input is read through `convs` only.
  tensor_at(*head, "conv_cat.conv.weight").narrow(1, 0, 64).zero_();
  tensor_at(*head, "convs.1.bn.weight").zero_();
  const auto features = tiny_features();
  auto others = features;
  others[3] = torch::randn_like(features[3]);
  EXPECT_TRUE(torch::equal(head->forward(features), head->forward(others)));
}

TEST(FCNHead, PadsHalfTheKernel) {
  auto options = fcn_options();
  options.kernel_size = 5;
  FCNHead head(options);
  EXPECT_THAT(head->forward(tiny_features()).sizes(), ElementsAre(2, 5, 4, 6));
}

TEST(FCNHead, AsAuxiliaryHeadHasOneConvolutionAndNoConcatenation) {
  const FCNHead head(*tiny_model("FCNHead").auxiliary_head);
  EXPECT_THAT(keys_of(*head),
              ElementsAre("conv_seg.weight", "conv_seg.bias", "convs.0.conv.weight",
                          "convs.0.bn.weight", "convs.0.bn.bias", "convs.0.bn.running_mean",
                          "convs.0.bn.running_var", "convs.0.bn.num_batches_tracked"));
}

TEST(FCNHead, WithoutConvolutionsClassifiesItsInput) {
  auto options = fcn_options();
  options.num_convs = 0;
  options.concat_input = false;
  EXPECT_THROW(FCNHead{options}, c10::Error);
  options.channels = options.in_channels;
  EXPECT_THAT(keys_of(*FCNHead(options)), ElementsAre("conv_seg.weight", "conv_seg.bias"));
}

}  // namespace
}  // namespace models
