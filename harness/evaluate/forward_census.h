#pragma once

#include <functional>
#include <string>
#include <vector>

#include <torch/types.h>

#include "harness/record/evaluation_record.h"
#include "models/encoder_decoder.h"

namespace harness {

/// The range of every activation of a network, and the dtypes in which its convolutions and norms
/// ran, measured on what the layers really computed, not on the requested precision.
struct ForwardCensus {
  ActivationsRecord activations;
  DtypeCensus dtypes;  ///< {"convolution": {"float16": 69}, "batch_norm": {...}}.
};

/// Runs `model` once on each image with an observer on every layer.
/// images: {1, 3, h, w} float32 on the model's device; run: the network in its precision.
ForwardCensus take_census(models::EncoderDecoder& model, const std::vector<torch::Tensor>& images,
                          const std::function<torch::Tensor(const torch::Tensor&)>& run);

}  // namespace harness
