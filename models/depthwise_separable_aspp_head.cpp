#include "models/depthwise_separable_aspp_head.h"

#include <torch/nn/modules/container/sequential.h>
#include <torch/nn/modules/conv.h>

#include "models/activation_observer.h"
#include "models/resize.h"

namespace models {
namespace nn = torch::nn;
namespace {

constexpr int64_t kC1Index = 0;

}  // namespace

DepthwiseSeparableASPPHeadImpl::DepthwiseSeparableASPPHeadImpl(const HeadOptions& options)
    : ASPPHeadImpl(options, /*separable=*/true) {
  const auto channels = options.channels;
  auto joined = channels;
  if (options.c1_in_channels > 0) {
    c1_bottleneck_ = register_module(
        "c1_bottleneck",
        ConvModule(nn::Conv2dOptions(options.c1_in_channels, options.c1_channels, 1)));
    joined += options.c1_channels;
  }
  first_ = DepthwiseSeparableConvModule(nn::Conv2dOptions(joined, channels, 3).padding(1));
  second_ = DepthwiseSeparableConvModule(nn::Conv2dOptions(channels, channels, 3).padding(1));
  register_module("sep_bottleneck", nn::Sequential(first_, second_));
}

std::vector<int64_t> DepthwiseSeparableASPPHeadImpl::feature_indices() const {
  auto indices = ASPPHeadImpl::feature_indices();
  if (!c1_bottleneck_.is_empty()) indices.push_back(kC1Index);
  return indices;
}

torch::Tensor DepthwiseSeparableASPPHeadImpl::decode(const std::vector<torch::Tensor>& features) {
  auto x = usual(ASPPHeadImpl::decode(features));
  if (!c1_bottleneck_.is_empty()) {
    const auto c1 =
        usual(c1_bottleneck_->forward(select(features, kC1Index, options().c1_in_channels)));
    x = resize_like(x, c1, options().align_corners);
    observe(*this, "resize", x);
    x = torch::cat({x, c1}, /*dim=*/1);
  }
  return second_->forward(first_->forward(x));
}

}  // namespace models
