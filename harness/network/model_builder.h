#pragma once

#include <torch/types.h>

#include "harness/precision/policy.h"
#include "harness/table/model_spec.h"
#include "models/encoder_decoder.h"
#include "models/state_dict.h"

namespace harness {

/// The modules' options for a specification.
models::EncoderDecoderOptions to_options(const ModelSpec& spec);

/// A model in evaluation mode on `device` that computes by `policy` and holds `weights`. Its dtypes
/// are set first and the weights loaded afterwards, as the source's test tool does, so that batch
/// norm keeps its FP32 values under fp16-master.
/// Throws Error(kStateDictMismatch) that lists missing, unexpected and mis-shaped keys.
models::EncoderDecoder build_model(const ModelSpec& spec, const models::StateDict& weights,
                                   Policy policy, torch::Device device);

/// Logits before any resize, computed by the policy the model was built for.
torch::Tensor run_model(models::EncoderDecoder& model, Policy policy, const torch::Tensor& image);

}  // namespace harness
