#pragma once

#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/conv.h>
#include <torch/utils.h>

namespace models {

/// How MMSegmentation fills weights before a checkpoint or a pretrained backbone is loaded (mmcv
/// 1.3.14 mmcv/cnn/utils/weight_init.py and ConvModule.init_weights, mmseg 0.17.0 BaseDecodeHead).
/// All draw from LibTorch's default generator: seed it with torch::manual_seed.

/// Weight: normal with mean 0 and variance 2 / fan_out (Kaiming, ReLU gain). Bias, where there is
/// one: 0.
void init_kaiming(torch::nn::Conv2dImpl& convolution);

/// Weight: normal with mean 0 and standard deviation 0.01. Bias: 0. For a head's conv_seg.
void init_classifier(torch::nn::Conv2dImpl& convolution);

/// Weight: `weight`, bias 0.
void init_norm(torch::nn::BatchNorm2dImpl& norm, double weight = 1.0);

}  // namespace models
