#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <torch/types.h>

#include "harness/evaluate/evaluator.h"

namespace harness {

inline constexpr const char* kMiniScenes = "fixtures/minizoo/data/scenes";

/// For tests: a network of one random 1x1 convolution on pooled pixels, {1, classes, h/8, w/8}.
/// Equal seeds give equal networks.
inline NamedForward random_network(const std::string& name, std::int64_t classes,
                                   torch::ScalarType dtype = torch::kFloat,
                                   std::uint64_t seed = 0) {
  auto generator = at::detail::createCPUGenerator(seed);
  const auto weight = torch::randn({classes, 3, 1, 1}, generator).to(dtype);
  return {name, [weight, dtype](const torch::Tensor& image) {
            return torch::conv2d(torch::avg_pool2d(image, 8).to(dtype), weight);
          }};
}

/// For tests: sees the classes 0 and 1 in the sign of the pixels' first channel.
inline NamedForward sign_network(const std::string& name, double gain = 1.0) {
  return {name, [gain](const torch::Tensor& image) {
            const auto red = image.slice(/*dim=*/1, 0, 1) * gain;
            return torch::cat({-red, red}, /*dim=*/1);
          }};
}

}  // namespace harness
