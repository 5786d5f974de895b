#include "models/resize.h"

#include <vector>

#include <torch/nn/functional/upsampling.h>

#include "models/deterministic_gradient.h"

namespace models {

torch::Tensor resize_like(const torch::Tensor& input, const torch::Tensor& target,
                          bool align_corners) {
  if (needs_deterministic_gradient(input)) {
    return resize_bilinear(input, target.size(2), target.size(3), align_corners);
  }
  const auto options = torch::nn::functional::InterpolateFuncOptions()
                           .size(std::vector<int64_t>{target.size(2), target.size(3)})
                           .mode(torch::kBilinear)
                           .align_corners(align_corners);
  return torch::nn::functional::interpolate(input, options);
}

}  // namespace models
