#include "models/resnet_v1c.h"

#include <algorithm>
#include <string>

#include <torch/nn/modules/activation.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/container/sequential.h>
#include <torch/nn/modules/conv.h>

#include "models/activation_observer.h"
#include "models/blocked_map.h"
#include "models/fused_inference.h"
#include "models/weight_init.h"

namespace models {
namespace nn = torch::nn;
namespace {

std::array<int64_t, 4> blocks_of(int64_t depth) {
  if (depth == 50) return {3, 4, 6, 3};
  if (depth == 101) return {3, 4, 23, 3};
  if (depth == 152) return {3, 8, 36, 3};
  TORCH_CHECK(false, "ResNetV1c: expected depth 50, 101 or 152, got ", depth);
}

nn::Conv2d make_stem_conv(int64_t in_channels, int64_t out_channels, int64_t stride) {
  nn::Conv2d conv(
      nn::Conv2dOptions(in_channels, out_channels, 3).stride(stride).padding(1).bias(false));
  init_kaiming(*conv);
  return conv;
}

}  // namespace

ResNetV1cImpl::ResNetV1cImpl(const ResNetV1cOptions& options) : options_(options) {
  const auto blocks = blocks_of(options.depth);
  const auto stage_count = options.strides.size();
  TORCH_CHECK(
      stage_count >= 1 && stage_count <= blocks.size() && options.dilations.size() == stage_count,
      "ResNetV1c: expected 1 to 4 strides and as many dilations, got ", stage_count, " and ",
      options.dilations.size());

  const auto narrow = options.stem_channels / 2;
  stem_convs_ = {make_stem_conv(options.in_channels, narrow, 2), make_stem_conv(narrow, narrow, 1),
                 make_stem_conv(narrow, options.stem_channels, 1)};
  stem_norms_ = {nn::BatchNorm2d(narrow), nn::BatchNorm2d(narrow),
                 nn::BatchNorm2d(options.stem_channels)};
  auto stem = register_module("stem", nn::Sequential());
  for (size_t i = 0; i < stem_convs_.size(); ++i) {
    stem->push_back(stem_convs_[i]);
    stem->push_back(stem_norms_[i]);
    // A ReLU has no tensors: it stands here so that the next convolution gets its number.
    stem->push_back(nn::ReLU(nn::ReLUOptions(/*inplace=*/true)));
  }

  auto in_channels = options.stem_channels;
  for (size_t i = 0; i < stage_count; ++i) {
    add_stage(i, blocks[i], in_channels);
    in_channels = (options.base_channels << i) * BottleneckImpl::kExpansion;
  }
}

void ResNetV1cImpl::add_stage(size_t index, int64_t blocks, int64_t in_channels) {
  BottleneckOptions block;
  block.in_channels = in_channels;
  block.planes = options_.base_channels << index;
  block.stride = options_.strides[index];
  const auto dilation = options_.dilations[index];
  block.dilation = dilation > 1 && options_.contract_dilation ? dilation / 2 : dilation;
  block.downsample = block.stride != 1 || in_channels != block.planes * BottleneckImpl::kExpansion;

  auto stage = register_module("layer" + std::to_string(index + 1), nn::Sequential());
  auto& modules = stages_.emplace_back();
  for (int64_t i = 0; i < blocks; ++i) {
    stage->push_back(modules.emplace_back(block));
    if (options_.zero_init_residual) modules.back()->init_residual(0);
    block.in_channels = block.planes * BottleneckImpl::kExpansion;
    block.stride = 1;
    block.dilation = dilation;
    block.downsample = false;
  }
}

torch::Tensor ResNetV1cImpl::run_stem(const torch::Tensor& image) {
  auto x = image;
  for (size_t i = 0; i < stem_convs_.size(); ++i) {
    x = conv_norm_relu(*stem_convs_[i], *stem_norms_[i], x);
  }
  x = to_usual(x, stem_convs_[0]->weight.scalar_type());
  x = torch::max_pool2d(x, /*kernel_size=*/3, /*stride=*/2, /*padding=*/1);
  observe(*this, "maxpool", x);
  return x;
}

std::vector<torch::Tensor> ResNetV1cImpl::forward(const torch::Tensor& image,
                                                  const std::vector<int64_t>& wanted) {
  TORCH_CHECK(image.dim() == 4 && image.size(1) == options_.in_channels, "ResNetV1c wants {N, ",
              options_.in_channels, ", H, W}, got ", image.sizes());
  const auto last = wanted.empty() ? -1 : *std::max_element(wanted.begin(), wanted.end());
  std::vector<torch::Tensor> features(stages_.size());
  auto x = run_stem(image);
  for (size_t i = 0; i < stages_.size() && static_cast<int64_t>(i) <= last; ++i) {
    for (auto& block : stages_[i]) x = block->forward(x);
    const bool keep =
        std::find(wanted.begin(), wanted.end(), static_cast<int64_t>(i)) != wanted.end();
    if (keep) features[i] = x;
  }
  return features;
}

}  // namespace models
