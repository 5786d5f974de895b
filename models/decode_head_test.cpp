#include "models/decode_head.h"

#include <gmock/gmock.h>
#include <torch/nn/modules/conv.h>

#include "models/conv_module.h"
#include "models/test_support.h"

namespace models {
namespace {

using testing::ElementsAre;

/// The smallest head: passes its input on.
class PlainHead : public DecodeHeadImpl {
 public:
  explicit PlainHead(const HeadOptions& options) : DecodeHeadImpl(options) {
    register_module("own", ConvModule(torch::nn::Conv2dOptions(1, 1, 1)));
  }

 protected:
  torch::Tensor decode(const std::vector<torch::Tensor>& features) override {
    return input_of(features);
  }
};

HeadOptions plain_options() {
  HeadOptions options;
  options.in_channels = 8;
  options.channels = 8;
  options.in_index = 1;
  options.num_classes = 3;
  return options;
}

/// Keeps the last input of a convolution.
struct KeepConvInput : ActivationObserver {
  explicit KeepConvInput(torch::Tensor& where) : target(where) {}
  void observe(std::string_view, const torch::Tensor&) override {}
  void observe_conv_input(std::string_view, const torch::Tensor& input) override {
    target = input.clone();
  }
  torch::Tensor& target;
};

TEST(DecodeHead, RegistersTheClassifierBeforeAnythingElse) {
  const auto keys = keys_of(PlainHead(plain_options()));
  ASSERT_GE(keys.size(), 3U);
  EXPECT_THAT(std::vector(keys.begin(), keys.begin() + 3),
              ElementsAre("conv_seg.weight", "conv_seg.bias", "own.conv.weight"));
}

TEST(DecodeHead, ReadsTheMapAtItsIndex) {
  PlainHead head(plain_options());
  head.eval();
  tensor_at(head, "conv_seg.weight").fill_(0.5);
  tensor_at(head, "conv_seg.bias").copy_(torch::tensor({0.0, 1.0, 2.0}));
  const auto logits = head.forward({torch::Tensor(), torch::ones({1, 8, 1, 1})});
  EXPECT_TRUE(torch::equal(logits.flatten(), torch::tensor({4.0, 5.0, 6.0}))) << logits;
  EXPECT_THAT(head.feature_indices(), ElementsAre(1));
}

TEST(DecodeHead, DropsWholeChannelsInTrainingOnly) {
  torch::manual_seed(5);
  auto options = plain_options();
  options.in_channels = options.channels = 400;
  options.dropout_ratio = 0.25;
  PlainHead head(options);
  torch::Tensor dropped;
  KeepConvInput keep(dropped);
  const ObservationScope scope(head, keep);
  const std::vector<torch::Tensor> features{torch::Tensor(), torch::ones({1, 400, 2, 2})};
  head.forward(features);
  const auto zeros = dropped.eq(0).sum({2, 3});
  EXPECT_TRUE(zeros.eq(0).logical_or(zeros.eq(4)).all().item<bool>());
  // 400 draws with probability 1/4: 100 expected, standard deviation 8.7.
  EXPECT_NEAR(static_cast<double>(zeros.eq(4).sum().item<int64_t>()), 100.0, 40.0);
  head.eval();
  head.forward(features);
  EXPECT_TRUE(dropped.eq(1).all().item<bool>());
}

TEST(DecodeHead, RefusesAMissingMapAndOtherChannels) {
  PlainHead head(plain_options());
  EXPECT_THROW(head.forward({torch::ones({1, 8, 1, 1})}), c10::Error);
  EXPECT_THROW(head.forward({torch::Tensor(), torch::Tensor()}), c10::Error);
  EXPECT_THROW(head.forward({torch::Tensor(), torch::ones({1, 9, 1, 1})}), c10::Error);
}

}  // namespace
}  // namespace models
