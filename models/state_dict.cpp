#include "models/state_dict.h"

#include <functional>
#include <sstream>
#include <string_view>
#include <unordered_map>

namespace models {
namespace {

using KeyFilter = std::function<bool(std::string_view)>;

void collect(const torch::nn::Module& module, const std::string& prefix, StateDict& state) {
  for (const auto& entry : module.named_parameters(/*recurse=*/false)) {
    state.emplace_back(prefix + entry.key(), entry.value());
  }
  for (const auto& entry : module.named_buffers(/*recurse=*/false)) {
    state.emplace_back(prefix + entry.key(), entry.value());
  }
  for (const auto& child : module.named_children()) {
    collect(*child.value(), prefix + child.key() + ".", state);
  }
}

void append_list(std::string& text, std::string_view title, const std::vector<std::string>& keys) {
  if (keys.empty()) return;
  text.append("; ").append(std::to_string(keys.size())).append(" ").append(title).append(": ");
  for (size_t i = 0; i < keys.size(); ++i) text.append(i == 0 ? "" : ", ").append(keys[i]);
}

std::string compose(const std::vector<std::string>& missing,
                    const std::vector<std::string>& unexpected,
                    const std::vector<std::string>& misshaped) {
  std::string text = "the state dict does not fit the module";
  append_list(text, "missing", missing);
  append_list(text, "unexpected", unexpected);
  append_list(text, "of another shape", misshaped);
  return text;
}

std::string shapes(const std::string& name, const torch::Tensor& expected,
                   const torch::Tensor& actual) {
  std::ostringstream text;
  text << name << ": expected " << expected.sizes() << ", got " << actual.sizes();
  return text.str();
}

std::string_view without_wrapper(std::string_view key) {
  constexpr std::string_view kWrapper = "module.";
  return key.starts_with(kWrapper) ? key.substr(kWrapper.size()) : key;
}

void load(torch::nn::Module& module, const StateDict& source, const KeyFilter& may_be_missing,
          const KeyFilter& may_be_unexpected) {
  const auto own = state_dict(module);
  std::unordered_map<std::string_view, const torch::Tensor*> given;
  std::vector<std::string> missing, unexpected, misshaped;
  for (const auto& [key, tensor] : source) {
    const auto name = without_wrapper(key);
    if (!given.emplace(name, &tensor).second) unexpected.push_back(std::string(name) + " (again)");
  }
  std::vector<std::pair<torch::Tensor, const torch::Tensor*>> copies;
  for (const auto& [name, tensor] : own) {
    const auto found = given.find(name);
    if (found == given.end()) {
      if (!may_be_missing(name)) missing.push_back(name);
      continue;
    }
    if (found->second->sizes() != tensor.sizes()) {
      misshaped.push_back(shapes(name, tensor, *found->second));
    }
    copies.emplace_back(tensor, found->second);
    given.erase(found);
  }
  for (const auto& entry : source) {
    const auto name = without_wrapper(entry.first);
    if (given.erase(name) > 0 && !may_be_unexpected(name)) unexpected.emplace_back(name);
  }
  if (!missing.empty() || !unexpected.empty() || !misshaped.empty()) {
    throw StateDictMismatch(missing, unexpected, misshaped);
  }
  const torch::NoGradGuard no_grad;
  for (auto& [target, value] : copies) target.copy_(*value);
}

}  // namespace

StateDict state_dict(const torch::nn::Module& module) {
  StateDict state;
  collect(module, "", state);
  return state;
}

StateDictMismatch::StateDictMismatch(std::vector<std::string> missing_keys,
                                     std::vector<std::string> unexpected_keys,
                                     std::vector<std::string> misshaped_keys)
    : std::runtime_error(compose(missing_keys, unexpected_keys, misshaped_keys)),
      missing_(std::move(missing_keys)),
      unexpected_(std::move(unexpected_keys)),
      misshaped_(std::move(misshaped_keys)) {}

void load_state_dict(torch::nn::Module& module, const StateDict& source) {
  const auto never = [](std::string_view) { return false; };
  load(module, source, never, never);
}

void load_pretrained_backbone(torch::nn::Module& backbone, const StateDict& source) {
  load(
      backbone, source, [](std::string_view name) { return name.ends_with("num_batches_tracked"); },
      [](std::string_view name) { return name.starts_with("fc."); });
}

}  // namespace models
