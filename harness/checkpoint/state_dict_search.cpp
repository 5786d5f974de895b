#include "harness/checkpoint/state_dict_search.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "harness/base/text.h"
#include "harness/checkpoint/pickle/pickle_json.h"

namespace harness {
namespace {

constexpr int kMaxDepth = 64;
constexpr int kOptimizerDepth = 3;

/// Keys under which weights are saved, the likeliest first. Copies that an average of the weights
/// keeps come last: they count where there is nothing else.
constexpr std::string_view kContainers[] = {"state_dict",
                                            "model_state_dict",
                                            "model_state",
                                            "model",
                                            "module",
                                            "net",
                                            "network",
                                            "net_state_dict",
                                            "network_state_dict",
                                            "weights",
                                            "params",
                                            "generator",
                                            "student",
                                            "teacher",
                                            "backbone_state_dict",
                                            "ema_state_dict",
                                            "state_dict_ema",
                                            "model_ema",
                                            "ema_model",
                                            "ema",
                                            "params_ema",
                                            "averaged_model"};

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// A tensor whose form is not read is one all the same.
bool is_tensor(const PickleValue& value) {
  return value.kind == PickleKind::kTensor ||
         (value.kind == PickleKind::kOpaque && value.role == GlobalRole::kSparse);
}

/// By value: whether it is a tensor or holds one at any depth. All at once, because values of a
/// hostile file share their parts without end.
std::vector<bool> holders_of_tensors(const PickleTree& tree) {
  struct Step {
    ValueId id;
    std::size_t next;
  };
  std::vector<bool> holds(tree.size());
  std::vector<bool> seen(tree.size());
  std::vector<Step> path = {{tree.root, 0}};
  seen[tree.root] = true;
  while (!path.empty()) {
    const auto [id, next] = path.back();
    if (is_tensor(tree[id])) holds[id] = true;
    if (next == tree[id].items.size()) {
      path.pop_back();
      if (holds[id] && !path.empty()) holds[path.back().id] = true;
      continue;
    }
    ++path.back().next;
    const ValueId child = tree[id].items[next];
    if (child == kNoValue) continue;
    if (seen[child]) {
      if (holds[child]) holds[id] = true;
      continue;
    }
    seen[child] = true;
    path.push_back({child, 0});
  }
  return holds;
}

/// The dicts of a torch.nn.Module's state; kNoValue where it has none of that name.
struct ModuleParts {
  ValueId parameters = kNoValue;
  ValueId buffers = kNoValue;
  ValueId modules = kNoValue;
  ValueId hidden = kNoValue;  ///< Names of buffers that a state dict leaves out.
};

/// Every question is answered once for each value: entries of a hostile file share what they hold.
class Search {
 public:
  explicit Search(const PickleTree& tree)
      : tree_(tree), names_left_(tree.size()), holds_tensor_(holders_of_tensors(tree)) {}

  StateDictPlace find() {
    StateDictPlace place;
    ValueId at = tree_.root;
    std::unordered_set<ValueId> seen = {at};
    for (int depth = 0; depth < kMaxDepth; ++depth) {
      const auto [key, inner] = container_in(at);
      if (inner == kNoValue || !seen.insert(inner).second) break;
      place.path += (place.path.empty() ? "" : ".") + key;
      at = inner;
    }
    const bool is_root = at == tree_.root;
    if (is_root) refuse_other_state_dict();
    if (is_root && is_optimizer_state(at)) return place;
    if (is_module(at)) {
      add_module(at, "", 0, place.weights);
      return place;
    }
    if (!is_root) place.container = mapping_of(at);
    add_entries(at, is_root, place);
    return place;
  }

 private:
  PickleKind kind(ValueId id) const { return tree_[id].kind; }

  void refuse_other_state_dict() const {
    const ValueId named = find_key(tree_, tree_.root, kContainers[0]);
    if (named == kNoValue || kind(named) == PickleKind::kNone || !tree_[named].items.empty())
      return;
    throw std::invalid_argument(
        fmt::format("state_dict: expected a dict, got {}", describe(kind(named))));
  }

  /// The dict itself, or what was put into an object that is a kind of dict.
  ValueId mapping_of(ValueId id) const {
    if (kind(id) == PickleKind::kDict) return id;
    if (kind(id) == PickleKind::kOpaque) return tree_[id].items[kEntries];
    return kNoValue;
  }

  const ModuleParts& parts_of(ValueId module) {
    static const ModuleParts kNone;
    if (kind(module) != PickleKind::kOpaque) return kNone;
    const ValueId state = tree_[module].items[kState];
    if (state == kNoValue || kind(state) != PickleKind::kDict) return kNone;
    const auto [found, is_new] = parts_.try_emplace(state);
    if (is_new) {
      found->second = {find_key(tree_, state, "_parameters"), find_key(tree_, state, "_buffers"),
                       find_key(tree_, state, "_modules"),
                       find_key(tree_, state, "_non_persistent_buffers_set")};
    }
    return found->second;
  }

  /// A torch.nn.Module of whatever class, by the attributes that every one of them has.
  bool is_module(ValueId id) {
    const ModuleParts& parts = parts_of(id);
    return parts.parameters != kNoValue && parts.modules != kNoValue;
  }

  bool is_container(ValueId id) {
    if (id == kNoValue || (!is_module(id) && mapping_of(id) == kNoValue)) return false;
    return holds_tensor_[id] && !is_optimizer("", id);
  }

  bool has_tensor_entries(ValueId mapping) const {
    const auto& items = tree_[mapping].items;
    for (std::size_t index = 1; index < items.size(); index += 2) {
      const PickleValue& key = tree_[items[index - 1]];
      if (kind(items[index]) == PickleKind::kTensor && key.kind == PickleKind::kString &&
          contains(key.text, ".")) {
        return true;
      }
    }
    return false;
  }

  /// The entry of a value that holds the weights, where it is not the value itself that does.
  NamedValue container_in(ValueId id) {
    if (is_module(id)) return {"", kNoValue};
    if (kind(id) == PickleKind::kList || kind(id) == PickleKind::kTuple) return element_of(id);
    const ValueId mapping = mapping_of(id);
    if (mapping == kNoValue) return {"", kNoValue};
    // What the file calls its state dict is that, also one without a tensor.
    const ValueId named = find_key(tree_, mapping, kContainers[0]);
    if (id == tree_.root && named != kNoValue && kind(named) == PickleKind::kDict) {
      return {std::string(kContainers[0]), named};
    }
    if (has_tensor_entries(mapping)) return {"", kNoValue};
    for (const std::string_view key : kContainers) {
      const ValueId value = find_key(tree_, mapping, key);
      if (is_container(value)) return {std::string(key), value};
    }
    return wrapper_in(mapping);
  }

  /// "trainer" of {"trainer": {"model": ..., "optimizer": ...}}: the only entry with tensors, where
  /// its own entries tell what they are. Other dicts in dicts may be layers in layers.
  NamedValue wrapper_in(ValueId mapping) {
    NamedValue found = {"", kNoValue};
    const auto& items = tree_[mapping].items;
    for (std::size_t index = 0; index + 1 < items.size(); index += 2) {
      const std::string key = key_text(tree_, items[index]);
      const ValueId value = items[index + 1];
      if (!holds_tensor_[value] || is_training_state(key, value)) continue;
      if (found.second != kNoValue) return {"", kNoValue};
      found = {key, value};
    }
    const bool is_wrapper = found.second != kNoValue && kind(found.second) == PickleKind::kDict &&
                            !has_tensor_entries(found.second) && has_known_entry(found.second);
    return is_wrapper ? found : NamedValue{"", kNoValue};
  }

  bool has_known_entry(ValueId dict) {
    return holds_optimizer_states(dict) || std::ranges::any_of(kContainers, [&](auto key) {
             return is_container(find_key(tree_, dict, key));
           });
  }

  /// Of (state dict, state of the optimizer) and the like: the only element that can be it.
  NamedValue element_of(ValueId list) {
    NamedValue found = {"", kNoValue};
    const auto& items = tree_[list].items;
    for (std::size_t index = 0; index < items.size(); ++index) {
      if (!holds_tensor_[items[index]] || is_optimizer("", items[index])) continue;
      if (found.second != kNoValue) return {"", kNoValue};
      found = {std::to_string(index), items[index]};
    }
    return is_container(found.second) ? found : NamedValue{"", kNoValue};
  }

  void add_entries(ValueId id, bool is_root, StateDictPlace& place) {
    if (kind(id) == PickleKind::kTensor) {
      place.weights.emplace_back("tensor", id);
      return;
    }
    if (kind(id) == PickleKind::kList || kind(id) == PickleKind::kTuple) {
      for (std::size_t index = 0; index < tree_[id].items.size(); ++index) {
        add_entry(std::to_string(index), tree_[id].items[index], is_root, place);
      }
      return;
    }
    const ValueId mapping = mapping_of(id);
    if (mapping == kNoValue) return;
    const auto& items = tree_[mapping].items;
    for (std::size_t index = 0; index + 1 < items.size(); index += 2) {
      add_entry(key_text(tree_, items[index]), items[index + 1], is_root, place);
    }
  }

  void add_entry(const std::string& key, ValueId value, bool is_root, StateDictPlace& place) {
    // What the root holds beside the weights is no entry of the state dict.
    if (is_root && (!holds_tensor_[value] || is_training_state(key, value))) return;
    if (is_optimizers(value)) {
      place.optimizers.emplace_back(key, value);
    } else if (is_module(value)) {
      add_module(value, key + ".", 0, place.weights);
    } else if (holds_optimizer_within(value, 0)) {
      const auto& items = tree_[value].items;
      for (std::size_t index = 0; index + 1 < items.size(); index += 2) {
        spend_names(1);
        add_entry(fmt::format("{}.{}", key, key_text(tree_, items[index])), items[index + 1],
                  /*is_root=*/false, place);
      }
    } else {
      place.weights.emplace_back(key, value);
    }
  }

  /// torch.nn.Module.state_dict(): parameters, persistent buffers, then the modules within.
  void add_module(ValueId module, const std::string& prefix, int depth,
                  std::vector<NamedValue>& weights) {
    if (depth == kMaxDepth) throw std::length_error("expected modules at most 64 deep, got more");
    // A module that names its owner among its own gives the owner's weights no second name.
    if (!path_.insert(module).second) return;
    const ModuleParts parts = parts_of(module);
    const auto add = [&](ValueId dict, auto add_one) {
      if (dict == kNoValue || kind(dict) != PickleKind::kDict) return;
      const auto& items = tree_[dict].items;
      for (std::size_t index = 0; index + 1 < items.size(); index += 2) {
        spend_names(1);
        add_one(tree_[items[index]], prefix + key_text(tree_, items[index]), items[index + 1]);
      }
    };
    const auto hidden = names_in(parts.hidden);
    const auto add_tensor = [&](const PickleValue& key, const std::string& name, ValueId value) {
      const bool is_hidden = key.kind == PickleKind::kString && hidden.contains(key.text);
      if (kind(value) != PickleKind::kNone && !is_hidden) weights.emplace_back(name, value);
    };
    add(parts.parameters, add_tensor);
    add(parts.buffers, add_tensor);
    add(parts.modules, [&](const PickleValue&, const std::string& name, ValueId value) {
      if (is_module(value)) add_module(value, name + ".", depth + 1, weights);
    });
    path_.erase(module);
  }

  void spend_names(std::size_t count) {
    if (count > names_left_) {
      throw std::length_error("expected fewer modules, got repetitions");
    }
    names_left_ -= count;
  }

  std::unordered_set<std::string_view> names_in(ValueId set) {
    if (set == kNoValue || kind(set) != PickleKind::kSet) return {};
    spend_names(tree_[set].items.size());
    std::unordered_set<std::string_view> names;
    for (const ValueId item : tree_[set].items) {
      if (kind(item) == PickleKind::kString) names.insert(tree_[item].text);
    }
    return names;
  }

  /// Beside the weights in one dict with them, as own training loops save it.
  bool is_training_state(const std::string& key, ValueId value) {
    constexpr std::string_view kWords[] = {"rng", "sched", "scaler", "optim"};
    const std::string name = lower_case(key);
    if (is_optimizer(key, value) || name == "meta" || name == "message_hub" || name == "loss") {
      return true;
    }
    // A layer may be called anything, and so may what holds layers: its entries have dots.
    const bool is_named =
        std::ranges::any_of(kWords, [&](auto word) { return contains(name, word); });
    return is_named && !contains(name, ".") &&
           !(kind(value) == PickleKind::kDict && has_tensor_entries(value));
  }

 public:
  bool is_optimizer(const std::string& key, ValueId value) {
    const PickleKind form = kind(value);
    if (form == PickleKind::kOpaque) {
      return tree_[value].text.starts_with("torch.optim.") && !is_module(value) &&
             !contains(tree_[value].text, "lr_scheduler");
    }
    if (is_optimizer_state(value)) return true;
    const std::string name = lower_case(key);
    const bool is_named = name.starts_with("optim") || name == "opt" || name == "opt_state_dict" ||
                          name.ends_with("_optimizer") || name.ends_with("_optim");
    const bool is_structured =
        form == PickleKind::kDict || form == PickleKind::kList || form == PickleKind::kTuple;
    return is_named && is_structured && (holds_tensor_[value] || holds_optimizer_states(value));
  }

  /// By its form alone: the state of an optimizer, or nothing but several of them.
  bool is_optimizers(ValueId value) {
    if (is_optimizer_state(value)) return true;
    const PickleKind form = kind(value);
    if (form != PickleKind::kDict && form != PickleKind::kList && form != PickleKind::kTuple) {
      return false;
    }
    const auto& items = tree_[value].items;
    const std::size_t step = form == PickleKind::kDict ? 2 : 1;
    if (items.empty() || !holds_optimizer_states(value)) return false;
    for (std::size_t index = step - 1; index < items.size(); index += step) {
      if (!is_optimizer_state(items[index])) return false;
    }
    return true;
  }

  /// What torch.optim.Optimizer.state_dict() gives.
  bool is_optimizer_state(ValueId value) {
    if (kind(value) != PickleKind::kDict) return false;
    const auto [found, is_new] = is_state_.try_emplace(value);
    if (is_new) found->second = find_key(tree_, value, "param_groups") != kNoValue;
    return found->second;
  }

 private:
  /// In a dict of dicts: at any of so many levels.
  bool holds_optimizer_within(ValueId value, int depth) {
    if (depth == kOptimizerDepth || kind(value) != PickleKind::kDict) return false;
    const auto [known, is_new] = holds_within_.try_emplace(value, false);
    if (!is_new) return known->second;
    const auto& items = tree_[value].items;
    for (std::size_t index = 1; index < items.size(); index += 2) {
      if (is_optimizers(items[index]) || holds_optimizer_within(items[index], depth + 1)) {
        return holds_within_[value] = true;
      }
    }
    return false;
  }

  /// Of one of several optimizers, by name or in a list.
  bool holds_optimizer_states(ValueId value) {
    const auto [found, is_new] = holds_states_.try_emplace(value);
    if (is_new) {
      found->second = std::ranges::any_of(
          tree_[value].items, [this](ValueId item) { return is_optimizer_state(item); });
    }
    return found->second;
  }

  const PickleTree& tree_;
  std::size_t names_left_;
  std::vector<bool> holds_tensor_;
  std::unordered_map<ValueId, ModuleParts> parts_;  ///< By the module's state.
  std::unordered_set<ValueId> path_;                ///< The modules around the one that is added.
  std::unordered_map<ValueId, bool> is_state_;
  std::unordered_map<ValueId, bool> holds_states_;
  std::unordered_map<ValueId, bool> holds_within_;
};

class OptimizerSearch {
 public:
  explicit OptimizerSearch(const PickleTree& tree) : tree_(tree), search_(tree) {}

  std::vector<std::string> find() {
    if (search_.is_optimizer_state(tree_.root)) return {""};
    look_into(tree_.root, "", 0, /*by_form=*/false);
    return std::move(found_);
  }

 private:
  /// by_form: among weights, where a layer may have any name.
  void look_into(ValueId id, const std::string& path, int depth, bool by_form) {
    const PickleValue& value = tree_[id];
    const bool is_dict = value.kind == PickleKind::kDict;
    const bool is_list = value.kind == PickleKind::kList || value.kind == PickleKind::kTuple;
    if (depth == kOptimizerDepth || (!is_dict && !is_list) || !seen_.insert(id).second) return;
    const std::size_t step = is_dict ? 2 : 1;
    for (std::size_t index = 0; index + step <= value.items.size(); index += step) {
      const std::string key = is_dict ? key_text(tree_, value.items[index]) : std::to_string(index);
      const ValueId item = value.items[index + step - 1];
      const std::string place = path.empty() ? key : fmt::format("{}.{}", path, key);
      if (by_form ? search_.is_optimizers(item) : search_.is_optimizer(key, item)) {
        found_.push_back(place);
      } else {
        look_into(item, place, depth + 1, by_form || key == kContainers[0]);
      }
    }
  }

  const PickleTree& tree_;
  Search search_;
  std::unordered_set<ValueId> seen_;  ///< Containers: each is looked into once.
  std::vector<std::string> found_;
};

}  // namespace

ValueId find_key(const PickleTree& tree, ValueId dict, std::string_view key) {
  if (tree[dict].kind != PickleKind::kDict) return kNoValue;
  const auto& items = tree[dict].items;
  ValueId value = kNoValue;
  for (std::size_t index = 0; index + 1 < items.size(); index += 2) {
    const PickleValue& name = tree[items[index]];
    if (name.kind == PickleKind::kString && name.text == key) value = items[index + 1];
  }
  return value;
}

StateDictPlace find_state_dict(const PickleTree& tree) {
  return Search(tree).find();
}

std::vector<std::string> find_optimizers(const PickleTree& tree) {
  return OptimizerSearch(tree).find();
}

}  // namespace harness
