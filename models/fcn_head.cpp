#include "models/fcn_head.h"

#include <torch/nn/modules/container/sequential.h>
#include <torch/nn/modules/conv.h>

namespace models {
namespace nn = torch::nn;

FCNHeadImpl::FCNHeadImpl(const HeadOptions& options) : DecodeHeadImpl(options) {
  TORCH_CHECK(options.num_convs > 0 || options.in_channels == options.channels,
              "FCNHead without convolutions: expected channels ", options.in_channels, ", got ",
              options.channels);
  const auto make = [&options](int64_t in_channels) {
    return ConvModule(nn::Conv2dOptions(in_channels, options.channels, options.kernel_size)
                          .padding(options.kernel_size / 2));
  };
  auto convs = register_module("convs", nn::Sequential());
  for (int64_t i = 0; i < options.num_convs; ++i) {
    convs->push_back(convs_.emplace_back(make(i == 0 ? options.in_channels : options.channels)));
  }
  if (options.concat_input) {
    conv_cat_ = register_module("conv_cat", make(options.in_channels + options.channels));
  }
}

torch::Tensor FCNHeadImpl::decode(const std::vector<torch::Tensor>& features) {
  const auto& input = input_of(features);
  auto x = input;
  for (auto& conv : convs_) x = conv->forward(x);
  if (conv_cat_.is_empty()) return x;
  // What is joined is released before the convolution takes memory of its own.
  x = torch::cat({usual(input), usual(x)}, /*dim=*/1);
  return conv_cat_->forward(x);
}

}  // namespace models
