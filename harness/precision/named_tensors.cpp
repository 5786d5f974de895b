#include "harness/precision/named_tensors.h"

#include <unordered_map>

#include <fmt/format.h>

#include "harness/base/error.h"

namespace harness {
namespace {

void list(std::string& text, std::string_view title, const std::string& name) {
  text += fmt::format("{}{} {}", text.empty() ? "" : "; ", title, name);
}

}  // namespace

NamedTensors float_copies(const torch::nn::Module& module) {
  NamedTensors copies;
  const auto copy = [](const torch::Tensor& tensor) {
    return tensor.detach().to(torch::kFloat, /*non_blocking=*/false, /*copy=*/true);
  };
  for (const auto& entry : module.named_parameters()) {
    copies.emplace_back(entry.key(), copy(entry.value()));
  }
  for (const auto& entry : module.named_buffers()) {
    if (entry.value().is_floating_point()) copies.emplace_back(entry.key(), copy(entry.value()));
  }
  return copies;
}

void copy_by_name(const NamedTensors& source, const NamedTensors& targets) {
  std::unordered_map<std::string_view, const torch::Tensor*> found;
  for (const auto& [name, tensor] : source) found.emplace(name, &tensor);
  for (const auto& [name, tensor] : targets) {
    const auto it = found.find(name);
    if (it != found.end()) torch::Tensor(tensor).copy_(*it->second);
  }
}

NamedTensors float_tensors(const torch::nn::Module& module) {
  NamedTensors tensors;
  const auto add = [&](const auto& entries) {
    for (const auto& entry : entries) {
      if (entry.value().scalar_type() != torch::kFloat) continue;
      tensors.emplace_back(entry.key(), entry.value().detach());
    }
  };
  add(module.named_parameters());
  add(module.named_buffers());
  return tensors;
}

void assign(const NamedTensors& saved, const NamedTensors& targets, std::string_view part) {
  std::unordered_map<std::string_view, const torch::Tensor*> given;
  std::string wrong;
  for (const auto& [name, tensor] : saved) {
    if (!given.emplace(name, &tensor).second) list(wrong, "twice", name);
  }
  for (const auto& [name, target] : targets) {
    const auto found = given.find(name);
    if (found == given.end()) {
      list(wrong, "missing", name);
    } else if (found->second->sizes() != target.sizes()) {
      list(wrong, "of another shape", name);
    }
  }
  if (wrong.empty() && saved.size() != targets.size()) {
    list(wrong, "unexpected", fmt::format("{} more", saved.size() - targets.size()));
  }
  if (!wrong.empty()) throw Error(ErrorCode::kStateDictMismatch, part, wrong);
  copy_by_name(saved, targets);
}

NamedTensors on_cpu(const NamedTensors& tensors) {
  NamedTensors copies;
  for (const auto& [name, tensor] : tensors) {
    copies.emplace_back(
        name, tensor.detach().to(torch::kCPU, /*non_blocking=*/false, /*copy=*/true).contiguous());
  }
  return copies;
}

}  // namespace harness
