#include "models/aspp_head.h"

#include <torch/nn/modules/container/modulelist.h>
#include <torch/nn/modules/container/sequential.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/pooling.h>

#include "models/activation_observer.h"
#include "models/depthwise_separable_conv_module.h"
#include "models/resize.h"

namespace models {
namespace nn = torch::nn;

ASPPHeadImpl::ASPPHeadImpl(const HeadOptions& options) : ASPPHeadImpl(options, false) {}

ASPPHeadImpl::ASPPHeadImpl(const HeadOptions& options, bool separable) : DecodeHeadImpl(options) {
  image_conv_ = ConvModule(nn::Conv2dOptions(options.in_channels, options.channels, 1));
  image_pool_ =
      register_module("image_pool", nn::Sequential(nn::AdaptiveAvgPool2d(1), image_conv_));
  add_branches(separable);
  const auto branches = static_cast<int64_t>(options.dilations.size()) + 1;
  bottleneck_ = register_module(
      "bottleneck",
      ConvModule(nn::Conv2dOptions(branches * options.channels, options.channels, 3).padding(1)));
}

void ASPPHeadImpl::add_branches(bool separable) {
  auto modules = register_module("aspp_modules", nn::ModuleList());
  for (const auto dilation : options().dilations) {
    const auto kernel = dilation == 1 ? 1 : 3;
    const auto conv = nn::Conv2dOptions(options().in_channels, options().channels, kernel)
                          .padding(dilation == 1 ? 0 : dilation)
                          .dilation(dilation);
    if (separable && dilation > 1) {
      branches_.emplace_back(DepthwiseSeparableConvModule(conv));
    } else {
      branches_.emplace_back(ConvModule(conv));
    }
    modules->push_back(branches_.back().ptr());
  }
}

torch::Tensor ASPPHeadImpl::pyramid(const torch::Tensor& input) {
  auto pooled = torch::adaptive_avg_pool2d(usual(input), {1, 1});
  observe(*image_pool_, "0", pooled);
  pooled = resize_like(usual(image_conv_->forward(pooled)), input, options().align_corners);
  observe(*image_pool_, "resize", pooled);
  std::vector<torch::Tensor> levels{std::move(pooled)};
  for (auto& branch : branches_) levels.push_back(usual(branch.forward(input)));
  return torch::cat(levels, /*dim=*/1);
}

torch::Tensor ASPPHeadImpl::decode(const std::vector<torch::Tensor>& features) {
  return bottleneck_->forward(pyramid(input_of(features)));
}

}  // namespace models
