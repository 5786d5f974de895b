#include "models/psp_head.h"

#include <torch/nn/modules/container/modulelist.h>
#include <torch/nn/modules/container/sequential.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/pooling.h>

#include "models/activation_observer.h"
#include "models/deterministic_gradient.h"
#include "models/resize.h"

namespace models {
namespace nn = torch::nn;

PSPHeadImpl::PSPHeadImpl(const HeadOptions& options) : DecodeHeadImpl(options) {
  psp_modules_ = register_module("psp_modules", nn::ModuleList());
  for (const auto scale : options.pool_scales) {
    const auto& level =
        levels_.emplace_back(nn::Conv2dOptions(options.in_channels, options.channels, 1));
    psp_modules_->push_back(nn::Sequential(nn::AdaptiveAvgPool2d(scale), level));
  }
  const auto pooled = static_cast<int64_t>(options.pool_scales.size()) * options.channels;
  bottleneck_ = register_module(
      "bottleneck",
      ConvModule(nn::Conv2dOptions(options.in_channels + pooled, options.channels, 3).padding(1)));
}

torch::Tensor PSPHeadImpl::pyramid(const torch::Tensor& map) {
  const auto input = usual(map);
  std::vector<torch::Tensor> levels{input};
  for (size_t i = 0; i < levels_.size(); ++i) {
    const auto& module = *psp_modules_[i];
    const auto side = options().pool_scales[i];
    auto x = needs_deterministic_gradient(input) ? pool_average(input, side)
                                                 : torch::adaptive_avg_pool2d(input, {side, side});
    observe(module, "0", x);
    x = resize_like(usual(levels_[i]->forward(x)), input, options().align_corners);
    observe(module, "resize", x);
    levels.push_back(std::move(x));
  }
  return torch::cat(levels, /*dim=*/1);
}

torch::Tensor PSPHeadImpl::decode(const std::vector<torch::Tensor>& features) {
  return bottleneck_->forward(pyramid(input_of(features)));
}

}  // namespace models
