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
    case TensorRole::kOtherWeight:
      return "other_weight";
    case TensorRole::kIndex:
      return "index";
  }
  return "";
}

TensorRoles::TensorRoles(const std::vector<TensorRecord>& state_dict) {
  for (const auto& tensor : state_dict) {
    const auto [name, parameter] = split(tensor.name);
    Module& module = modules_[name];
    const bool is_vector = tensor.shape.size() == 1;
    module.has_statistics |= parameter == "running_mean" || parameter == "running_var";
    module.has_vector_weight |= parameter == "weight" && is_vector;
    module.has_vector_bias |= parameter == "bias" && is_vector;
    module.has_kernel |= parameter == "weight" && tensor.shape.size() >= 3;
    const bool is_integer = tensor.dtype.find("int") != std::string::npos;
    if (is_integer || tensor.dtype == "bool") integers_.insert(tensor.name);
  }
}

TensorRole TensorRoles::of(const std::string& name) const {
  const auto [module, parameter] = split(name);
  if (parameter == "num_batches_tracked") return TensorRole::kCounter;
  if (parameter == "running_mean" || parameter == "running_var") {
    return TensorRole::kNormStatistics;
  }
  // The integers of a quantised layer ("qint8") are weights all the same.
  if (integers_.contains(name) && parameter != "weight") return TensorRole::kIndex;
  const auto found = modules_.find(module);
  if (found == modules_.end() || (parameter != "weight" && parameter != "bias")) {
    return TensorRole::kOtherWeight;
  }
  const Module& tensors = found->second;
  if (tensors.has_kernel) return TensorRole::kConvolution;
  const bool is_norm =
      tensors.has_statistics || (tensors.has_vector_weight && tensors.has_vector_bias);
  return is_norm ? TensorRole::kNormParameter : TensorRole::kOtherWeight;
}

}  // namespace harness
