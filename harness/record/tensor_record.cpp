#include "harness/record/tensor_record.h"

#include <utility>

namespace harness {
namespace {

/// "a.b" and "weight" of "a.b.weight".
std::pair<std::string, std::string> split(const std::string& name) {
  const auto dot = name.rfind('.');
  if (dot == std::string::npos) return {"", name};
  return {name.substr(0, dot), name.substr(dot + 1)};
}

}  // namespace

std::string_view to_string(TensorRole role) noexcept {
  switch (role) {
    case TensorRole::kConvolution:
      return "convolution";
    case TensorRole::kNormParameter:
      return "norm_parameter";
    case TensorRole::kNormStatistics:
      return "norm_statistics";
    case TensorRole::kCounter:
      return "counter";
  }
  return "";
}

TensorRoles::TensorRoles(const std::vector<TensorRecord>& state_dict) {
  for (const auto& tensor : state_dict) {
    const auto [module, parameter] = split(tensor.name);
    const bool is_vector = tensor.shape.size() == 1;
    is_norm_[module] |= parameter == "running_mean" || (parameter == "weight" && is_vector);
  }
}

TensorRole TensorRoles::of(const std::string& name) const {
  const auto [module, parameter] = split(name);
  if (parameter == "num_batches_tracked") return TensorRole::kCounter;
  if (parameter == "running_mean" || parameter == "running_var") {
    return TensorRole::kNormStatistics;
  }
  const auto found = is_norm_.find(module);
  return found != is_norm_.end() && found->second ? TensorRole::kNormParameter
                                                  : TensorRole::kConvolution;
}

}  // namespace harness
