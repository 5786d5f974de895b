#pragma once

#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/conv.h>
#include <torch/types.h>

namespace models {

/// Convolution, batch norm, the addition of a block's input and ReLU for inference on a CPU, with
/// the same bits as the layers one by one, but one pass over memory behind a convolution instead of
/// up to three, in place, and maps that stay in oneDNN's layout from one convolution to the next
/// (blocked_map.h). Half maps between such layers are floats whose values are halves.

/// From now on, layers below are fused where they can be, in the whole process. Off at first.
/// On: a half convolution is taken to be the FP32 convolution of its widened operands, rounded once
/// (harness::register_half_convolution()).
void fuse_inference(bool on);

/// Batch norm, addition and ReLU in place, in one pass: map = norm(map), plus identity where it is
/// defined, then relu where wanted. map: {n, channels, h, w}, half or float, contiguous.
using NormKernel = void(torch::Tensor& map, const torch::Tensor& weight, const torch::Tensor& bias,
                        const torch::Tensor& mean, const torch::Tensor& variance, double epsilon,
                        const torch::Tensor& identity, bool relu);

/// From now on, batch norm and what follows it are one call of `kernel` behind a convolution of
/// contiguous maps on that kind of device, in the whole process; the convolution is LibTorch's.
/// Null: as at first, layer by layer. Before a type is first used, the kernel's result is compared
/// with that of LibTorch's layers on random maps, bit by bit; another one is c10::Error, so that
/// nothing falls back unseen.
void fuse_norms(NormKernel* kernel, torch::DeviceType device);

/// While it lives, nothing is fused on this thread.
class LayerByLayer {
 public:
  LayerByLayer();
  ~LayerByLayer();
  LayerByLayer(const LayerByLayer&) = delete;
  LayerByLayer& operator=(const LayerByLayer&) = delete;
};

/// Whether `convolution` and `norm` are fused on this thread now: fusing is on, both are in
/// evaluation in FP32, or a half convolution with an FP32 norm, on a CPU without gradients,
/// autocast or an observer, and LibTorch's batch norm was found to compute what ours does. Or by
/// fuse_norms(), in the same types and modes.
bool is_fused(const torch::nn::Conv2dImpl& convolution, const torch::nn::BatchNorm2dImpl& norm,
              const torch::Tensor& input);

/// relu(norm(convolution(input))): fused where is_fused(), else layer by layer. input: usual, or
/// the opaque result of one of these functions. So may the result be.
torch::Tensor conv_norm_relu(torch::nn::Conv2dImpl& convolution, torch::nn::BatchNorm2dImpl& norm,
                             const torch::Tensor& input);

/// norm(convolution(input)). Only where is_fused().
torch::Tensor fused_conv_norm(torch::nn::Conv2dImpl& convolution, torch::nn::BatchNorm2dImpl& norm,
                              const torch::Tensor& input);

/// relu(norm(convolution(input)) + identity). Only where is_fused().
torch::Tensor fused_conv_norm_add_relu(torch::nn::Conv2dImpl& convolution,
                                       torch::nn::BatchNorm2dImpl& norm, const torch::Tensor& input,
                                       const torch::Tensor& identity);

}  // namespace models
