#pragma once

#include "harness/precision/host_device.h"

namespace harness {

/// Batch norm in evaluation, the addition of a block's input and ReLU on one value, as the separate
/// operators compute them on a GPU: cuDNN's batch norm of contiguous maps takes the difference from
/// the mean, times the weight, times the inverse deviation, plus the bias, in float, the last two
/// in one rounding, and rounds the result to the map's type; LibTorch's addition and ReLU round
/// again.

/// One channel's parameters and statistics.
struct NormChannel {
  float mean;
  float weight;
  float inverse_deviation;  ///< 1 / sqrt(variance + epsilon).
  float bias;
};

HALFPROOF_HOST_DEVICE inline float normalized(float value, const NormChannel& channel) {
  return fused_product(product(value - channel.mean, channel.weight), channel.inverse_deviation,
                       channel.bias);
}

/// The steps after the norm's float result. Scalar: float, or a half that converts to and from
/// float. identity: null for none. ReLU keeps what is not a number.
template <typename Scalar>
HALFPROOF_HOST_DEVICE Scalar finished(float norm, const Scalar* identity, bool relu) {
  auto result = static_cast<Scalar>(norm);
  if (identity != nullptr) {
    result = static_cast<Scalar>(static_cast<float>(result) + static_cast<float>(*identity));
  }
  const auto value = static_cast<float>(result);
  return relu && value <= 0.0F ? static_cast<Scalar>(0.0F) : result;
}

}  // namespace harness
