#pragma once

#include <torch/torch.h>

namespace models {

/// Convolution, batch norm, the addition of a block's input and ReLU for inference on a CPU, with
/// the same bits as the layers one by one, but one pass over memory behind a convolution instead of
/// up to three, in place, and maps that stay in oneDNN's layout from one convolution to the next
/// (blocked_map.h). Half maps between such layers are floats whose values are halves.

/// From now on, layers below are fused where they can be, in the whole process. Off at first.
/// On: a half convolution is taken to be the FP32 convolution of its widened operands, rounded once
/// (harness::register_half_convolution()).
void fuse_inference(bool on);

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
/// autocast or an observer, and LibTorch's batch norm was found to compute what ours does.
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
