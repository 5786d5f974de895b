#include "harness/paper/experiment_row.h"

#include <unordered_map>

namespace harness {

const char* to_string(TrainingPhase phase) noexcept {
  return phase == TrainingPhase::kStart ? "start" : "published";
}

TrainingOptions half_options(const ExperimentRow& row, const ScalerOptions& scaler) {
  TrainingOptions options;
  options.policy = Policy::kFp16Master;
  options.scaler = scaler;
  options.sgd = row.sgd;
  return options;
}

ScalerOptions static_scale(double scale) {
  ScalerOptions scaler = ScalerOptions::defaults(ScalerType::kStatic);
  scaler.init_scale = scale;
  return scaler;
}

std::vector<std::string> half_parameters(const torch::nn::Module& module) {
  std::vector<std::string> names;
  for (const auto& parameter : module.named_parameters()) {
    if (parameter.value().scalar_type() == torch::kHalf) names.push_back(parameter.key());
  }
  return names;
}

torch::Tensor line_of(const NamedTensors& tensors, const std::vector<std::string>& names) {
  std::unordered_map<std::string, torch::Tensor> by_name(tensors.begin(), tensors.end());
  std::vector<torch::Tensor> parts;
  for (const auto& name : names) {
    const auto found = by_name.find(name);
    TORCH_CHECK(found != by_name.end(), "expected a tensor named ", name, ", found none");
    parts.push_back(found->second.detach().to(torch::kFloat).reshape({-1}));
  }
  TORCH_CHECK(!parts.empty(), "expected at least one half parameter, found none");
  return torch::cat(parts);
}

}  // namespace harness
