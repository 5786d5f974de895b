#pragma once

#include <cstdint>
#include <vector>

#include <torch/types.h>

#include "harness/table/model_spec.h"
#include "models/state_dict.h"

namespace harness {

/// A state dict for the model with weights drawn by `seed`, on the CPU in FP32, the same on every
/// machine with the same LibTorch. Activations keep an ordinary size in half through all blocks:
/// convolutions are normal with variance 2 / fan-in (He et al. 2015, arXiv 1502.01852), batch norm
/// has weight 1 and running statistics 0 and 1, but the last one of a bottleneck has the weight
/// 0.15, so that a block adds 1.15^2 - 1 of its input's square at most. Biases are small and not 0:
/// a network of zeros would run faster than a trained one.
models::StateDict drawn_weights(const ModelSpec& spec, std::uint64_t seed);

/// `count` images {1, 3, height, width} of independent standard normal values, float32 on the CPU:
/// normalised images have mean 0 and deviation 1 too.
std::vector<torch::Tensor> drawn_images(std::int64_t count, std::int64_t height, std::int64_t width,
                                        std::uint64_t seed);

}  // namespace harness
