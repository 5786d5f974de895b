#include "harness/checkpoint/pickle/pickle_code_watch.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/checkpoint/pickle/standard_library.h"

namespace harness {
namespace {

/// Attributes of an object that Python's unpickler calls if they are there: of BUILD, and of the
/// opcodes that put something in.
bool is_called_by_unpickler(std::string_view attribute) {
  constexpr std::string_view kCalled[] = {"append", "extend", "add"};
  return is_dunder(attribute) || std::ranges::find(kCalled, attribute) != std::end(kCalled);
}

/// Attributes by which an object lends numpy or PyTorch an address in memory, whatever their
/// values.
bool lends_memory(std::string_view attribute) {
  constexpr std::string_view kLending[] = {"__array_interface__", "__array_struct__", "__array__",
                                           "__cuda_array_interface__", "__dlpack__"};
  return std::ranges::find(kLending, attribute) != std::end(kLending);
}

/// Whether a key that is no literal text may have the hash of one and be equal to it when Python
/// looks an attribute up: str("append"), numpy.str_("append"), an object of a class that says so.
bool may_equal_a_text(const PickleValue& key) {
  return key.kind == PickleKind::kOpaque ||
         (key.kind == PickleKind::kGlobal && key.trust == GlobalTrust::kUnknown);
}

}  // namespace

bool is_dunder(std::string_view name) {
  return name.starts_with("__");
}

bool can_be_called(PickleKind kind) {
  return kind == PickleKind::kGlobal || kind == PickleKind::kOpaque;
}

bool is_way_in(const PickleValue& value) {
  return value.kind == PickleKind::kGlobal && value.trust != GlobalTrust::kUnknown &&
         !value.may_be_held;
}

std::string PickleCodeWatch::name_of(ValueId id) const {
  const PickleValue& value = tree_[id];
  if (value.kind == PickleKind::kGlobal) return std::string(value.text);
  if (value.kind == PickleKind::kOpaque) return fmt::format("an object of {}", value.text);
  return std::string(describe(value.kind));
}

std::string PickleCodeWatch::kinds_of(ValueId arguments) const {
  constexpr std::size_t kShown = 8;
  std::string text;
  if (tree_[arguments].kind != PickleKind::kTuple) {
    return std::string(describe(tree_[arguments].kind));
  }
  const auto& items = tree_[arguments].items;
  for (std::size_t index = 0; index < items.size(); ++index) {
    if (index == kShown) return text + ", …";
    text += index == 0 ? "" : ", ";
    text += tree_[items[index]].kind == PickleKind::kGlobal
                ? name_of(items[index])
                : std::string(describe(tree_[items[index]].kind));
  }
  return text;
}

bool PickleCodeWatch::comes_with_python(ValueId cls) const {
  const PickleValue& value = tree_[cls];
  return value.kind != PickleKind::kGlobal || value.is_at_hand || !is_plain_name(value.text) ||
         is_standard_library(value.text);
}

bool PickleCodeWatch::is_trusted(ValueId cls, GlobalTrust needed) const {
  return tree_[cls].kind == PickleKind::kGlobal && tree_[cls].trust >= needed;
}

bool PickleCodeWatch::is_somebodys_own(ValueId object) const {
  const PickleValue& value = tree_[object];
  return value.kind == PickleKind::kOpaque && value.trust == GlobalTrust::kUnknown &&
         value.role == GlobalRole::kInert && is_plain_name(value.text) &&
         !is_standard_library(value.text) && !value.text.starts_with("torch.") &&
         !value.text.starts_with("numpy.");
}

void PickleCodeWatch::note_global(ValueId global) {
  names_ways_in_ |= is_way_in(tree_[global]);
}

void PickleCodeWatch::charge(std::size_t attributes, std::string_view expected) {
  if (attributes > attributes_left_) {
    context_.fail(ErrorCode::kInvalidFile,
                  fmt::format("expected {} once, got repetitions", expected));
  }
  attributes_left_ -= attributes;
}

void PickleCodeWatch::report_call(ValueId callable, ValueId arguments) {
  tree_.code.add({name_of(callable), kinds_of(arguments), CodeUse::kCalled, /*runs=*/true});
}

void PickleCodeWatch::check_class(ValueId cls) {
  if (is_trusted(cls, GlobalTrust::kMade)) return;
  tree_.code.add({name_of(cls), "", CodeUse::kMade, comes_with_python(cls)});
}

void PickleCodeWatch::report_attribute(ValueId object, std::string_view attribute, ValueId value) {
  tree_.code.add({fmt::format("{} as {} of {}", name_of(value), attribute, name_of(object)), "…",
                  CodeUse::kCalled, /*runs=*/true});
}

void PickleCodeWatch::check_attributes(ValueId object, std::span<const ValueId> items) {
  charge(items.size(), "states that are set");
  for (std::size_t index = 0; index + 1 < items.size(); index += 2) {
    const PickleValue& key = tree_[items[index]];
    const bool is_called =
        key.kind == PickleKind::kString ? is_called_by_unpickler(key.text) : may_equal_a_text(key);
    const bool lends = key.kind == PickleKind::kString && lends_memory(key.text);
    if (lends || (is_called && can_be_called(tree_[items[index + 1]].kind))) {
      report_attribute(object, key.text, items[index + 1]);
    }
  }
}

void PickleCodeWatch::check_state(ValueId object, ValueId state) {
  // Copied: `items` must not move while it is looked at.
  const PickleValue value = tree_[state];
  if (value.kind == PickleKind::kDict) check_attributes(object, value.items);
  if (value.kind == PickleKind::kTuple) {
    // (state, slots), and functools.partial keeps its attributes as the last of four.
    for (const ValueId item : value.items) {
      if (tree_[item].kind == PickleKind::kDict) check_attributes(object, tree_[item].items);
    }
  }
  // A known class asks an object for its keys; an unknown class is listed as it is.
  const bool is_tensor = tree_[object].kind == PickleKind::kTensor;
  const bool is_asked = is_tensor || tree_[object].trust >= GlobalTrust::kMade;
  const auto is_object = [this](ValueId id) { return tree_[id].kind == PickleKind::kOpaque; };
  // addict's dicts give themselves as their state.
  const bool is_itself = state == object && is_dict_class(tree_[object].text);
  if (tree_[object].text.starts_with("torch.optim.")) check_optimizer(object, value);
  if ((is_asked && is_object(state) && !is_itself) ||
      (is_tensor && value.kind == PickleKind::kTuple &&
       std::ranges::any_of(value.items, is_object))) {
    report_attribute(object, "state", state);
  }
  other_states_.emplace_back(object, state);
}

/// torch.optim.Optimizer.__setstate__ asks its defaults, its groups and its states for entries.
void PickleCodeWatch::check_optimizer(ValueId object, const PickleValue& state) {
  constexpr std::string_view kAsked[] = {"defaults", "param_groups", "state"};
  if (state.kind != PickleKind::kDict) return;
  for (std::size_t index = 0; index + 1 < state.items.size(); index += 2) {
    const PickleValue& name = tree_[state.items[index]];
    const std::string_view key = name.text;
    const bool is_asked = std::ranges::find(kAsked, key) != std::end(kAsked);
    if (!is_asked && !may_equal_a_text(name)) continue;
    const ValueId asked = state.items[index + 1];
    charge(tree_[asked].items.size(), "states of optimizers");
    if (can_be_called(tree_[asked].kind)) report_attribute(object, key, asked);
    if (key == "defaults") continue;
    for (const ValueId item : tree_[asked].items) {
      if (item != kNoValue && can_be_called(tree_[item].kind)) report_attribute(object, key, item);
    }
  }
}

void PickleCodeWatch::check_filling(ValueId object, std::string_view method) {
  const PickleValue& value = tree_[object];
  const bool is_somebodys =
      value.trust == GlobalTrust::kUnknown && value.role == GlobalRole::kInert;
  const bool is_plain =
      method == "append" ? value.text == "collections.deque" : is_dict_class(value.text);
  if (is_somebodys || is_plain) return;
  tree_.code.add({fmt::format("{}.{}", value.text, method), "…", CodeUse::kCalled, /*runs=*/true});
}

bool PickleCodeWatch::is_plain_argument(ValueId callable, ValueId argument) const {
  const PickleValue& value = tree_[argument];
  switch (value.kind) {
    case PickleKind::kNone:
    case PickleKind::kBool:
    case PickleKind::kInt:
    case PickleKind::kBigInt:
    case PickleKind::kFloat:
    case PickleKind::kString:
    case PickleKind::kBytes:
    case PickleKind::kTensor:
      return true;
    case PickleKind::kList:
    case PickleKind::kTuple:
    case PickleKind::kSet:
    case PickleKind::kDict:
      // str() would ask whatever is in it for a text.
      return tree_[callable].text == "collections.deque" ||
             tree_[callable].trust == GlobalTrust::kMade;
    case PickleKind::kOpaque:
      return value.trust == GlobalTrust::kCalled &&
             (value.role == GlobalRole::kNumpyScalar || value.role == GlobalRole::kTorchDevice ||
              value.role == GlobalRole::kZone || value.text.starts_with("datetime."));
    default:
      return false;
  }
}

void PickleCodeWatch::check_plain(ValueId callable, ValueId arguments) {
  const bool is_random = tree_[callable].text.starts_with("numpy.random.");
  const auto& items = tree_[arguments].items;
  charge(items.size(), "arguments that are given");
  const bool plain = std::ranges::all_of(items, [&](ValueId item) {
    // numpy's makers of random generators call what they are given.
    if (is_random) return !can_be_called(tree_[item].kind) || is_numpy_generator(tree_[item].text);
    return is_plain_argument(callable, item);
  });
  if (!plain) report_call(callable, arguments);
}

void PickleCodeWatch::check_entries(ValueId callable, ValueId arguments, std::size_t index) {
  const PickleArguments call(tree_, context_, "dict", arguments);
  if (index >= call.size()) return;
  const PickleKind kind = tree_[call.id(index)].kind;
  if (can_be_called(kind) || kind == PickleKind::kTensor) report_call(callable, arguments);
}

void PickleCodeWatch::report_held_by(ValueId object, ValueId part, std::vector<bool>& seen) {
  std::vector<ValueId> open = {part};
  while (!open.empty()) {
    const ValueId at = open.back();
    open.pop_back();
    if (is_way_in(tree_[at])) {
      tree_.code.add({std::string(tree_[at].text), fmt::format("held by {}", name_of(object)),
                      CodeUse::kCalled,
                      /*runs=*/true});
    }
    for (const ValueId item : tree_[at].items) {
      if (item == kNoValue || seen[item]) continue;
      seen[item] = true;
      open.push_back(item);
    }
  }
}

void PickleCodeWatch::report_what_objects_hold() {
  if (!names_ways_in_) return;
  std::vector<bool> seen(tree_.size());
  for (ValueId id = 0; id < tree_.size(); ++id) {
    if (tree_[id].kind != PickleKind::kOpaque || seen[id]) continue;
    seen[id] = true;
    report_held_by(id, id, seen);
  }
  for (const auto& [object, state] : other_states_) {
    if (!seen[state]) report_held_by(object, state, seen);
  }
}

}  // namespace harness
