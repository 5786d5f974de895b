#include "harness/network/drawn_model.h"

#include <cmath>
#include <string_view>

namespace harness {
namespace {

constexpr double kLastNormWeight = 0.15;
constexpr double kBiasDeviation = 0.05;

torch::Tensor normal(const std::vector<std::int64_t>& shape, double deviation,
                     torch::Generator& generator) {
  return torch::randn(shape, generator).mul_(deviation);
}

torch::Tensor drawn_convolution(const TensorSpec& tensor, torch::Generator& generator) {
  if (tensor.shape.size() != 4) return normal(tensor.shape, kBiasDeviation, generator);
  const auto fan_in = static_cast<double>(tensor.shape[1] * tensor.shape[2] * tensor.shape[3]);
  return normal(tensor.shape, std::sqrt(2.0 / fan_in), generator);
}

torch::Tensor drawn_norm(const TensorSpec& tensor, torch::Generator& generator) {
  const std::string_view name = tensor.name;
  if (name.ends_with(".bn3.weight")) return torch::full(tensor.shape, kLastNormWeight);
  if (name.ends_with(".running_mean")) return torch::zeros(tensor.shape);
  if (name.ends_with(".bias")) return normal(tensor.shape, kBiasDeviation, generator);
  return torch::ones(tensor.shape);
}

}  // namespace

models::StateDict drawn_weights(const ModelSpec& spec, std::uint64_t seed) {
  auto generator = at::detail::createCPUGenerator(seed);
  models::StateDict weights;
  for (const auto& tensor : state_dict_layout(spec)) {
    switch (tensor.kind) {
      case TensorSpec::Kind::kConvolution:
        weights.emplace_back(tensor.name, drawn_convolution(tensor, generator));
        break;
      case TensorSpec::Kind::kNorm:
        weights.emplace_back(tensor.name, drawn_norm(tensor, generator));
        break;
      case TensorSpec::Kind::kCounter:
        weights.emplace_back(tensor.name, torch::ones(tensor.shape, torch::kLong));
        break;
    }
  }
  return weights;
}

std::vector<torch::Tensor> drawn_images(std::int64_t count, std::int64_t height, std::int64_t width,
                                        std::uint64_t seed) {
  auto generator = at::detail::createCPUGenerator(seed);
  std::vector<torch::Tensor> images;
  for (std::int64_t i = 0; i < count; ++i) {
    images.push_back(torch::randn({1, 3, height, width}, generator));
  }
  return images;
}

}  // namespace harness
