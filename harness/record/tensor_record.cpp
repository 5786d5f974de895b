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

bool is_name_of_mask(std::string_view parameter) {
  return parameter.ends_with("mask") && !parameter.ends_with("weight_mask");
}

/// As torch.ao.quantization calls them.
bool is_name_of_observer(std::string_view module) {
  return module.ends_with("observer") || module.ends_with("activation_post_process") ||
         module.ends_with("fake_quant");
}

bool is_name_of_bound(std::string_view parameter) {
  return parameter == "min_val" || parameter == "max_val";
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
    const bool is_float = tensor.dtype.find("float") != std::string::npos;
    if (is_float && tensor.shape.size() >= 2 && is_name_of_mask(parameter)) {
      masks_.insert(tensor.name);
    }
    const bool is_bound = is_float && tensor.shape.size() <= 1;
    module.has_minimum |= is_bound && parameter == "min_val";
    module.has_maximum |= is_bound && parameter == "max_val";
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
  if (masks_.contains(name)) return TensorRole::kIndex;
  const auto found = modules_.find(module);
  if (found == modules_.end() ||
      (parameter != "weight" && parameter != "bias" && !is_name_of_bound(parameter))) {
    return TensorRole::kOtherWeight;
  }
  const Module& tensors = found->second;
  if (is_name_of_bound(parameter)) {
    const bool is_pair = tensors.has_minimum && tensors.has_maximum;
    const bool is_one = tensors.has_minimum || tensors.has_maximum;
    return is_pair || (is_one && is_name_of_observer(module)) ? TensorRole::kIndex
                                                              : TensorRole::kOtherWeight;
  }
  if (tensors.has_kernel) return TensorRole::kConvolution;
  const bool is_norm =
      tensors.has_statistics || (tensors.has_vector_weight && tensors.has_vector_bias);
  return is_norm ? TensorRole::kNormParameter : TensorRole::kOtherWeight;
}

}  // namespace harness
