#include "harness/checkpoint/state_dict_search.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string_view>
#include <unordered_set>

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

class Search {
 public:
  explicit Search(const PickleTree& tree) : tree_(tree), names_left_(tree.size()) {}

  StateDictPlace find() {
    StateDictPlace place;
    ValueId at = tree_.root;
    for (int depth = 0; depth < kMaxDepth; ++depth) {
      const auto [key, inner] = container_in(at);
      if (inner == kNoValue) break;
      place.path += (place.path.empty() ? "" : ".") + key;
      at = inner;
    }
    const bool is_root = at == tree_.root;
    if (is_root) refuse_other_state_dict();
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

  ValueId state_entry(ValueId module, std::string_view key) const {
    if (kind(module) != PickleKind::kOpaque) return kNoValue;
    const ValueId state = tree_[module].items[kState];
    return state == kNoValue ? kNoValue : find_key(tree_, state, key);
  }

  /// A torch.nn.Module of whatever class, by the attributes that every one of them has.
  bool is_module(ValueId id) const {
    return state_entry(id, "_parameters") != kNoValue && state_entry(id, "_modules") != kNoValue;
  }

  bool holds_tensor(ValueId id) const {
    std::unordered_set<ValueId> seen;
    std::vector<ValueId> open = {id};
    while (!open.empty()) {
      const ValueId at = open.back();
      open.pop_back();
      if (at == kNoValue || !seen.insert(at).second) continue;
      if (kind(at) == PickleKind::kTensor) return true;
      open.insert(open.end(), tree_[at].items.begin(), tree_[at].items.end());
    }
    return false;
  }

  bool is_container(ValueId id) const {
    if (id == kNoValue || (!is_module(id) && mapping_of(id) == kNoValue)) return false;
    return holds_tensor(id) && !is_optimizer("", id);
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
  NamedValue container_in(ValueId id) const {
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
    return {"", kNoValue};
  }

  /// Of (state dict, state of the optimizer) and the like: the only element that can be it.
  NamedValue element_of(ValueId list) const {
    NamedValue found = {"", kNoValue};
    const auto& items = tree_[list].items;
    for (std::size_t index = 0; index < items.size(); ++index) {
      if (!holds_tensor(items[index]) || is_optimizer("", items[index])) continue;
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
    if (is_root && is_training_state(key, value)) {
      place.others.emplace_back(key, value);
    } else if (is_module(value)) {
      add_module(value, key + ".", 0, place.weights);
    } else {
      place.weights.emplace_back(key, value);
    }
  }

  /// torch.nn.Module.state_dict(): parameters, persistent buffers, then the modules within.
  void add_module(ValueId module, const std::string& prefix, int depth,
                  std::vector<NamedValue>& weights) {
    if (depth == kMaxDepth) throw std::length_error("expected modules at most 64 deep, got more");
    const ValueId hidden = state_entry(module, "_non_persistent_buffers_set");
    const auto add = [&](std::string_view part, auto add_one) {
      const ValueId dict = state_entry(module, part);
      if (dict == kNoValue || kind(dict) != PickleKind::kDict) return;
      const auto items = tree_[dict].items;
      for (std::size_t index = 0; index + 1 < items.size(); index += 2) {
        if (names_left_-- == 0) throw std::length_error("expected fewer modules, got repetitions");
        add_one(items[index], prefix + key_text(tree_, items[index]), items[index + 1]);
      }
    };
    const auto add_tensor = [&](ValueId key, const std::string& name, ValueId value) {
      if (kind(value) != PickleKind::kNone && !is_in_set(hidden, key)) {
        weights.emplace_back(name, value);
      }
    };
    add("_parameters", add_tensor);
    add("_buffers", add_tensor);
    add("_modules", [&](ValueId, const std::string& name, ValueId value) {
      if (is_module(value)) add_module(value, name + ".", depth + 1, weights);
    });
  }

  bool is_in_set(ValueId set, ValueId key) const {
    if (set == kNoValue || kind(set) != PickleKind::kSet) return false;
    return std::ranges::any_of(tree_[set].items, [&](ValueId item) {
      return kind(item) == PickleKind::kString && tree_[item].text == tree_[key].text;
    });
  }

  /// Beside the weights in one dict with them, as own training loops save it.
  bool is_training_state(const std::string& key, ValueId value) const {
    constexpr std::string_view kWords[] = {"rng", "sched", "scaler", "optim"};
    const std::string name = lower_case(key);
    if (is_optimizer(key, value) || name == "meta" || name == "message_hub" || name == "loss") {
      return true;
    }
    // A layer may be called anything: its entries have dots.
    return !contains(name, ".") && kind(value) != PickleKind::kNone &&
           std::ranges::any_of(kWords, [&](auto word) { return contains(name, word); });
  }

 public:
  bool is_optimizer(const std::string& key, ValueId value) const {
    const PickleKind form = kind(value);
    if (form == PickleKind::kOpaque) {
      return tree_[value].text.starts_with("torch.optim.") &&
             !contains(tree_[value].text, "lr_scheduler");
    }
    if (form == PickleKind::kDict && find_key(tree_, value, "param_groups") != kNoValue) {
      return true;
    }
    const std::string name = lower_case(key);
    const bool is_named = name.starts_with("optim") || name == "opt" || name == "opt_state_dict" ||
                          name.ends_with("_optimizer") || name.ends_with("_optim");
    const bool is_structured =
        form == PickleKind::kDict || form == PickleKind::kList || form == PickleKind::kTuple;
    return is_named && is_structured && (holds_tensor(value) || holds_groups(value));
  }

 private:
  /// One of several optimizers, by name or in a list.
  bool holds_groups(ValueId value) const {
    return std::ranges::any_of(tree_[value].items, [this](ValueId item) {
      return kind(item) == PickleKind::kDict && find_key(tree_, item, "param_groups") != kNoValue;
    });
  }

  const PickleTree& tree_;
  std::size_t names_left_;
};

void collect_optimizers(const PickleTree& tree, const Search& search, ValueId id,
                        const std::string& path, int depth, std::vector<std::string>& found) {
  const PickleValue& value = tree[id];
  const bool is_dict = value.kind == PickleKind::kDict;
  const bool is_list = value.kind == PickleKind::kList || value.kind == PickleKind::kTuple;
  if (depth == kOptimizerDepth || (!is_dict && !is_list)) return;
  const std::size_t step = is_dict ? 2 : 1;
  for (std::size_t index = 0; index + step <= value.items.size(); index += step) {
    const std::string key = is_dict ? key_text(tree, value.items[index]) : std::to_string(index);
    const ValueId item = value.items[index + step - 1];
    const std::string place = path.empty() ? key : fmt::format("{}.{}", path, key);
    if (search.is_optimizer(key, item)) {
      found.push_back(place);
    } else if (key != kContainers[0]) {
      collect_optimizers(tree, search, item, place, depth + 1, found);
    }
  }
}

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
  const Search search(tree);
  std::vector<std::string> found;
  collect_optimizers(tree, search, tree.root, "", 0, found);
  return found;
}

}  // namespace harness
