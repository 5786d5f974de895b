#include "models/activation_observer.h"

#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/conv.h>

namespace models {
namespace {

thread_local ObservationScope* active_scope = nullptr;

}  // namespace

void ActivationObserver::observe_conv_input(std::string_view, const torch::Tensor&) {}

ObservationScope::ObservationScope(const torch::nn::Module& root, ActivationObserver& observer)
    : observer_(observer), outer_(active_scope) {
  for (const auto& entry : root.named_modules(/*name_prefix=*/"", /*include_self=*/false)) {
    names_.emplace(entry.value().get(), entry.key());
  }
  names_.emplace(&root, "");
  active_scope = this;
}

ObservationScope::~ObservationScope() {
  active_scope = outer_;
}

bool is_observed() {
  return active_scope != nullptr;
}

void observe(const torch::nn::Module& module, std::string_view part,
             const torch::Tensor& activation) {
  if (active_scope == nullptr) return;
  const auto found = active_scope->names_.find(&module);
  if (found == active_scope->names_.end()) return;
  std::string layer = found->second;
  if (!part.empty()) layer.append(layer.empty() ? "" : ".").append(part);
  active_scope->observer_.observe(layer, activation);
}

void observe_conv_input(const torch::nn::Module& convolution, const torch::Tensor& input) {
  if (active_scope == nullptr) return;
  const auto found = active_scope->names_.find(&convolution);
  if (found == active_scope->names_.end()) return;
  active_scope->observer_.observe_conv_input(found->second, input);
}

torch::Tensor run_observed(torch::nn::Conv2dImpl& convolution, const torch::Tensor& input) {
  observe_conv_input(convolution, input);
  auto output = convolution.forward(input);
  observe(convolution, "", output);
  return output;
}

torch::Tensor run_observed(torch::nn::BatchNorm2dImpl& norm, const torch::Tensor& input) {
  auto output = norm.forward(input);
  observe(norm, "", output);
  return output;
}

}  // namespace models
