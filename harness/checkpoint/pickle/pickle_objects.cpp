#include "harness/checkpoint/pickle/pickle_objects.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/base/unicode.h"
#include "harness/checkpoint/pickle/standard_library.h"

namespace harness {
namespace {

constexpr std::size_t kMaxGlobalName = 512;

bool is_dunder(std::string_view name) {
  return name.starts_with("__");
}

bool is_rebuild(GlobalRole role) {
  return role == GlobalRole::kTensorV1 || role == GlobalRole::kTensorV2 ||
         role == GlobalRole::kTensorV3 || role == GlobalRole::kQuantized;
}

/// Attributes of an object that Python's unpickler calls if they are there: of BUILD, and of the
/// opcodes that put something in.
bool is_called_by_unpickler(std::string_view attribute) {
  constexpr std::string_view kCalled[] = {"append", "extend", "add"};
  return is_dunder(attribute) || std::ranges::find(kCalled, attribute) != std::end(kCalled);
}

/// What a name stands for or an object can be called, as far as the reader can tell.
bool can_be_called(PickleKind kind) {
  return kind == PickleKind::kGlobal || kind == PickleKind::kOpaque;
}

/// Keeps its arguments as they are and asks nothing of them.
bool only_keeps(std::string_view callable) {
  constexpr std::string_view kNames[] = {
      "functools.partial", "types.SimpleNamespace",        "builtins.slice",
      "numpy.dtype",       "numpy.core.multiarray.scalar", "numpy.core.numeric._frombuffer"};
  return std::ranges::find(kNames, callable) != std::end(kNames);
}

/// A function that must not come into the hands of an object; getattr leads to any other.
bool is_way_in(const PickleValue& value) {
  return value.kind == PickleKind::kGlobal &&
         (value.trust == GlobalTrust::kShown || value.role == GlobalRole::kGetattr);
}

}  // namespace

ValueId PickleObjects::global(std::string_view module, std::string_view name) {
  if (module.size() + name.size() > kMaxGlobalName) {
    context_.fail(
        ErrorCode::kInvalidFile,
        fmt::format("expected a name of at most {} bytes, got a longer one", kMaxGlobalName));
  }
  // A name that Python does not write means to be taken for another one: it counts as Python's.
  const bool disguised = !is_plain_name(module) || !is_plain_name(name);
  return add_global(global_text(module, name), facts_of_global(module, name),
                    disguised || is_standard_library(module));
}

ValueId PickleObjects::add_global(std::string name, GlobalFacts facts, bool comes_with_python) {
  const std::string_view kept = tree_.keep(repair_utf8(name));
  if (facts.trust == GlobalTrust::kUnknown) {
    tree_.code.add({std::string(kept), "", CodeUse::kNamed, comes_with_python});
  }
  const ValueId made = tree_.add(
      {.kind = PickleKind::kGlobal, .role = facts.role, .trust = facts.trust, .text = kept});
  names_ways_in_ |= is_way_in(tree_[made]);
  return made;
}

ValueId PickleObjects::extension(std::int64_t code) {
  return add_global(fmt::format("copyreg.extension_{}", code), {}, /*comes_with_python=*/true);
}

std::string PickleObjects::name_of(ValueId id) const {
  const PickleValue& value = tree_[id];
  if (value.kind == PickleKind::kGlobal) return std::string(value.text);
  if (value.kind == PickleKind::kOpaque) return fmt::format("an object of {}", value.text);
  return std::string(describe(value.kind));
}

std::string PickleObjects::kinds_of(ValueId arguments) const {
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

bool PickleObjects::comes_with_python(ValueId cls) const {
  const PickleValue& value = tree_[cls];
  return value.kind != PickleKind::kGlobal || !is_plain_name(value.text) ||
         is_standard_library(value.text);
}

bool PickleObjects::is_trusted(ValueId cls, GlobalTrust needed) const {
  return tree_[cls].kind == PickleKind::kGlobal && tree_[cls].trust >= needed;
}

void PickleObjects::report_call(ValueId callable, ValueId arguments) {
  tree_.code.add({name_of(callable), kinds_of(arguments), CodeUse::kCalled, /*runs=*/true});
}

void PickleObjects::check_class(ValueId cls) {
  if (is_trusted(cls, GlobalTrust::kMade)) return;
  tree_.code.add({name_of(cls), "", CodeUse::kMade, comes_with_python(cls)});
}

void PickleObjects::report_attribute(ValueId object, std::string_view attribute, ValueId value) {
  tree_.code.add({fmt::format("{} as {} of {}", name_of(value), attribute, name_of(object)), "…",
                  CodeUse::kCalled, /*runs=*/true});
}

void PickleObjects::check_attributes(ValueId object, std::span<const ValueId> items) {
  if (items.size() > attributes_left_) {
    context_.fail(ErrorCode::kInvalidFile, "expected states that are set once, got repetitions");
  }
  attributes_left_ -= items.size();
  for (std::size_t index = 0; index + 1 < items.size(); index += 2) {
    const PickleValue& key = tree_[items[index]];
    if (key.kind == PickleKind::kString && is_called_by_unpickler(key.text) &&
        can_be_called(tree_[items[index + 1]].kind)) {
      report_attribute(object, key.text, items[index + 1]);
    }
  }
}

void PickleObjects::check_state(ValueId object, ValueId state) {
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
  if ((is_asked && is_object(state)) || (is_tensor && value.kind == PickleKind::kTuple &&
                                         std::ranges::any_of(value.items, is_object))) {
    report_attribute(object, "state", state);
  }
  other_states_.emplace_back(object, state);
}

bool PickleObjects::is_plain_argument(ValueId callable, ValueId argument) const {
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
             (value.role == GlobalRole::kNumpyScalar || value.text.starts_with("datetime."));
    default:
      return false;
  }
}

void PickleObjects::check_plain(ValueId callable, ValueId arguments) {
  const bool is_random = tree_[callable].text.starts_with("numpy.random.");
  const auto& items = tree_[arguments].items;
  if (items.size() > attributes_left_) {
    context_.fail(ErrorCode::kInvalidFile, "expected arguments once, got repetitions");
  }
  attributes_left_ -= items.size();
  const bool plain = std::ranges::all_of(items, [&](ValueId item) {
    // numpy's makers of random generators call what they are given.
    if (is_random) return !can_be_called(tree_[item].kind) || is_numpy_generator(tree_[item].text);
    return is_plain_argument(callable, item);
  });
  if (!plain) report_call(callable, arguments);
}

void PickleObjects::check_entries(ValueId callable, ValueId arguments, std::size_t index) {
  const PickleArguments call(tree_, context_, "dict", arguments);
  if (index >= call.size()) return;
  const PickleKind kind = tree_[call.id(index)].kind;
  if (can_be_called(kind) || kind == PickleKind::kTensor) report_call(callable, arguments);
}

void PickleObjects::report_held_by(ValueId object, ValueId part, std::vector<bool>& seen) {
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

void PickleObjects::report_what_objects_hold() {
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

ValueId PickleObjects::reduce(ValueId callable, ValueId arguments, Making making) {
  // Copied: what is made may move the values of the tree.
  const PickleValue called = tree_[callable];
  if (called.kind == PickleKind::kGlobal && called.trust == GlobalTrust::kCalled) {
    return call_known(called, callable, arguments);
  }
  if (making == Making::kNew && called.kind == PickleKind::kGlobal) {
    check_class(callable);
    // `cls.__new__` of a class that is known, a Parameter say, may call methods of what it gets.
    if (called.trust >= GlobalTrust::kMade && tree_[arguments].kind == PickleKind::kTuple) {
      check_plain(callable, arguments);
    }
  } else {
    report_call(callable, arguments);
  }
  return instance(callable, arguments);
}

ValueId PickleObjects::reduce_with_keywords(ValueId callable, ValueId arguments, ValueId keywords) {
  const bool is_known = is_trusted(callable, GlobalTrust::kMade);
  const bool has_keywords = !tree_[keywords].items.empty();
  if (is_known && has_keywords && !only_keeps(tree_[callable].text)) {
    report_call(callable, arguments);
  }
  const ValueId made = reduce(callable, arguments, Making::kNew);
  if (tree_[made].kind == PickleKind::kOpaque) build(made, keywords);
  return made;
}

ValueId PickleObjects::call_known(const PickleValue& callable, ValueId id, ValueId arguments) {
  const GlobalRole role = callable.role;
  switch (role) {
    case GlobalRole::kOrderedDict:
    case GlobalRole::kDict: {
      const ValueId made = dict(arguments);
      tree_[made].role = role;
      return made;
    }
    case GlobalRole::kDefaultDict:
      return default_dict(id, arguments);
    case GlobalRole::kCounter:
      check_entries(id, arguments, 0);
      return counter(arguments);
    case GlobalRole::kList:
      return sequence(PickleKind::kList, arguments);
    case GlobalRole::kTuple:
    case GlobalRole::kTorchSize:
      return sequence(PickleKind::kTuple, arguments);
    case GlobalRole::kSet:
    case GlobalRole::kFrozenSet:
      return sequence(PickleKind::kSet, arguments);
    case GlobalRole::kBytes:
    case GlobalRole::kCodecsEncode:
      return bytes(arguments);
    case GlobalRole::kParameter:
    case GlobalRole::kParameterState:
      return parameter(arguments);
    case GlobalRole::kTensorV1:
    case GlobalRole::kTensorV2:
    case GlobalRole::kTensorV3:
    case GlobalRole::kQuantized:
      return tensors_.rebuild(role, arguments);
    case GlobalRole::kSparse:
    case GlobalRole::kNested:
    case GlobalRole::kJagged:
    case GlobalRole::kMeta:
    case GlobalRole::kFromNumpy:
    case GlobalRole::kFromCpu:
      return tensors_.rebuild_other(role, arguments);
    default:
      return call_by_arguments(role, id, arguments);
  }
}

/// What is harmless or not as its arguments are.
ValueId PickleObjects::call_by_arguments(GlobalRole role, ValueId callable, ValueId arguments) {
  switch (role) {
    case GlobalRole::kType:
      return type_of(callable, arguments);
    case GlobalRole::kGetattr:
      return attribute(callable, arguments);
    case GlobalRole::kReconstructor:
      return reconstructed(arguments);
    case GlobalRole::kNewObject:
      return new_object(arguments, tree_[callable].text.ends_with("_ex__"));
    case GlobalRole::kTensorSubclass:
      return tensor_subclass(arguments);
    case GlobalRole::kWrapper: {
      const PickleArguments call(tree_, context_, "wrapper subclass", arguments);
      check_class(call.id(0));
      return tensors_.rebuild_other(role, arguments);
    }
    case GlobalRole::kNumpyArray: {
      const PickleArguments call(tree_, context_, "numpy array", arguments);
      check_class(call.id(0));
      return instance(callable, arguments);
    }
    default:
      break;
  }
  if (!only_keeps(tree_[callable].text) && tree_[arguments].kind == PickleKind::kTuple) {
    check_plain(callable, arguments);
  }
  return instance(callable, arguments);
}

ValueId PickleObjects::instance(ValueId cls, ValueId arguments) {
  const GlobalRole role =
      tree_[cls].kind == PickleKind::kGlobal ? tree_[cls].role : GlobalRole::kInert;
  const GlobalTrust trust =
      tree_[cls].kind == PickleKind::kGlobal ? tree_[cls].trust : GlobalTrust::kUnknown;
  const std::string_view name = tree_.keep(name_of(cls));
  const PickleArguments call(tree_, context_, name, arguments);
  const ValueId made = tree_.add_opaque(name, role, arguments);
  tree_[made].trust = trust;
  return made;
}

/// type(None) asks for a class; with three arguments a class is made, whose methods Python calls.
ValueId PickleObjects::type_of(ValueId callable, ValueId arguments) {
  const PickleArguments call(tree_, context_, "type", arguments);
  if (call.size() != 1) {
    report_call(callable, arguments);
    return instance(callable, arguments);
  }
  const std::string name =
      call.has(0) ? fmt::format("builtins.type({})", name_of(call.id(0))) : "builtins.NoneType";
  return add_global(name, {GlobalRole::kInert, GlobalTrust::kNamed}, true);
}

/// A class in a class, or its method: nothing but another name. All else goes through an object.
ValueId PickleObjects::attribute(ValueId callable, ValueId arguments) {
  const PickleArguments call(tree_, context_, "getattr", arguments);
  const PickleValue& owner = tree_[call.id(0)];
  const bool plain = call.size() == 2 && owner.kind == PickleKind::kGlobal &&
                     tree_[call.id(1)].kind == PickleKind::kString &&
                     is_plain_name(tree_[call.id(1)].text) && !is_dunder(tree_[call.id(1)].text);
  if (!plain) {
    report_call(callable, arguments);
    return instance(callable, arguments);
  }
  const std::string_view name = tree_[call.id(1)].text;
  const GlobalTrust trust = trust_of_attribute(owner.text, owner.trust, name);
  return add_global(fmt::format("{}.{}", owner.text, name), {GlobalRole::kInert, trust},
                    comes_with_python(call.id(0)));
}

/// copyreg._reconstructor(cls, base, state) calls base.__new__(cls, state) and base.__init__.
ValueId PickleObjects::reconstructed(ValueId arguments) {
  const PickleArguments call(tree_, context_, "_reconstructor", arguments);
  check_class(call.id(0));
  constexpr std::size_t kBaseState = 2;
  const bool is_object = tree_[call.id(1)].text == "builtins.object";
  const bool is_plain =
      is_object || !call.has(kBaseState) || !can_be_called(tree_[call.id(kBaseState)].kind);
  if (!is_plain || !is_trusted(call.id(1), GlobalTrust::kCalled)) {
    report_call(call.id(1), arguments);
  }
  return instance(call.id(0), arguments);
}

/// copyreg.__newobj__(cls, ...) and __newobj_ex__(cls, arguments, keywords).
ValueId PickleObjects::new_object(ValueId arguments, bool with_keywords) {
  const PickleArguments call(tree_, context_, "__newobj__", arguments);
  const ValueId cls = call.id(0);
  const auto& all = tree_[arguments].items;
  const ValueId rest =
      tree_.add({.kind = PickleKind::kTuple, .items = {all.begin() + 1, all.end()}});
  if (!with_keywords) return reduce(cls, rest, Making::kNew);
  const PickleArguments call_ex(tree_, context_, "__newobj_ex__", rest);
  call_ex.value(0, PickleKind::kTuple);
  call_ex.value(1, PickleKind::kDict);
  return reduce_with_keywords(cls, call_ex.id(0), call_ex.id(1));
}

ValueId PickleObjects::parameter(ValueId arguments) {
  constexpr std::size_t kState = 3;
  const PickleArguments call(tree_, context_, "parameter", arguments);
  const PickleValue& data = tree_[call.id(0)];
  // A tensor whose form is not read is still no reason to refuse the file.
  if (data.kind != PickleKind::kOpaque || data.role != GlobalRole::kSparse) {
    call.value(0, PickleKind::kTensor);
  }
  if (call.has(kState)) check_state(call.id(0), call.id(kState));
  return call.id(0);
}

/// _rebuild_from_type_v2(function, class, arguments, state)
ValueId PickleObjects::tensor_subclass(ValueId arguments) {
  constexpr std::size_t kState = 3;
  const PickleArguments call(tree_, context_, "tensor subclass", arguments);
  const PickleValue function = tree_[call.id(0)];
  check_class(call.id(1));
  const bool rebuilds = is_rebuild(function.role) || function.role == GlobalRole::kParameter ||
                        function.role == GlobalRole::kParameterState ||
                        function.role == GlobalRole::kJagged ||
                        function.role == GlobalRole::kWrapper;
  ValueId made = kNoValue;
  if (function.kind == PickleKind::kGlobal && rebuilds) {
    made = reduce(call.id(0), call.id(2));
  } else {
    report_call(call.id(0), call.id(2));
    made = instance(call.id(0), call.id(2));
  }
  if (call.has(kState)) check_state(made, call.id(kState));
  return made;
}

ValueId PickleObjects::dict(ValueId arguments) {
  const PickleArguments call(tree_, context_, "dict", arguments);
  std::vector<ValueId> items;
  if (call.size() > 0 && tree_[call.id(0)].kind == PickleKind::kDict) {
    items = tree_[call.id(0)].items;
  } else if (call.size() > 0) {
    // Python 2 writes an OrderedDict as a list of [key, value].
    for (const ValueId pair : call.value(0, PickleKind::kList).items) {
      if (tree_[pair].items.size() != 2) call.fail("expected pairs, got something else");
      items.insert(items.end(), tree_[pair].items.begin(), tree_[pair].items.end());
    }
  }
  tree_.charge(items.size());
  return tree_.add({.kind = PickleKind::kDict, .items = std::move(items)});
}

ValueId PickleObjects::sequence(PickleKind kind, ValueId arguments) {
  const PickleArguments call(tree_, context_, describe(kind), arguments);
  std::vector<ValueId> items;
  if (call.size() > 0) {
    const PickleValue& source = tree_[call.id(0)];
    const bool plain = source.kind == PickleKind::kList || source.kind == PickleKind::kTuple ||
                       source.kind == PickleKind::kSet;
    if (!plain) {
      call.fail(fmt::format("expected a list or a tuple, got {}", describe(source.kind)));
    }
    items = source.items;
  }
  tree_.charge(items.size());
  return tree_.add({.kind = kind, .items = std::move(items)});
}

ValueId PickleObjects::bytes(ValueId arguments) {
  const PickleArguments call(tree_, context_, "bytes", arguments);
  if (call.size() == 0) return tree_.add({.kind = PickleKind::kBytes});
  if (call.size() == 1) {
    call.value(0, PickleKind::kBytes);
    return call.id(0);
  }
  const std::string_view encoding = call.value(1, PickleKind::kString).text;
  std::string converted;
  if ((encoding != "latin1" && encoding != "latin-1") ||
      !utf8_to_latin1(call.value(0, PickleKind::kString).text, converted)) {
    call.fail(fmt::format("expected text that is Latin-1, got {}", encoding));
  }
  return tree_.add_text(PickleKind::kBytes, std::move(converted));
}

/// The factory is called for keys that are missed, and is not kept.
ValueId PickleObjects::default_dict(ValueId callable, ValueId arguments) {
  const PickleArguments call(tree_, context_, "defaultdict", arguments);
  if (call.has(0) && is_way_in(tree_[call.id(0)])) report_call(callable, arguments);
  check_entries(callable, arguments, 1);
  return tree_.add({.kind = PickleKind::kDict});
}

ValueId PickleObjects::counter(ValueId arguments) {
  const PickleArguments call(tree_, context_, "Counter", arguments);
  if (call.size() > 0 && tree_[call.id(0)].kind == PickleKind::kDict) return dict(arguments);
  return tree_.add({.kind = PickleKind::kDict});
}

void PickleObjects::build(ValueId object, ValueId state) {
  check_state(object, state);
  switch (tree_[object].kind) {
    case PickleKind::kOpaque:
      tree_[object].items[kState] = state;
      return;
    case PickleKind::kDict:
      if (tree_[object].role == GlobalRole::kOrderedDict) tree_.attributes[object] = state;
      return;
    case PickleKind::kList:
    case PickleKind::kSet:
    case PickleKind::kTensor:
      return;
    case PickleKind::kGlobal:
      // Changes a class, or a function, for the whole program.
      tree_.code.add({fmt::format("BUILD of {}", name_of(object)),
                      std::string(describe(tree_[state].kind)), CodeUse::kCalled, /*runs=*/true});
      return;
    default:
      context_.fail(ErrorCode::kInvalidFile,
                    fmt::format("BUILD: expected an object, got {}", describe(tree_[object].kind)));
  }
}

ValueId PickleObjects::persistent(ValueId id) {
  const PickleValue& written = tree_[id];
  const bool is_module = written.kind == PickleKind::kTuple && written.items.size() > 1 &&
                         tree_[written.items[0]].kind == PickleKind::kString &&
                         tree_[written.items[0]].text == "module";
  // ('module', class, source file, source): how the legacy stream keeps the code of a
  // model. Python compares it with the class that is there and does not run it.
  return is_module ? written.items[1] : tensors_.storage(id);
}

ValueId PickleObjects::part(ValueId opaque, OpaquePart part, PickleKind kind) {
  if (tree_[opaque].items[part] == kNoValue) {
    const ValueId made = tree_.add({.kind = kind});
    tree_[opaque].items[part] = made;
  }
  return tree_[opaque].items[part];
}

void PickleObjects::append(ValueId container, std::span<const ValueId> items) {
  if (tree_[container].kind == PickleKind::kOpaque) {
    // Python calls `extend` or `append` of it, which it takes from what it holds.
    if (tree_[container].trust == GlobalTrust::kMade) {
      tree_.code.add({fmt::format("{}.append", tree_[container].text), "…", CodeUse::kCalled,
                      /*runs=*/true});
    }
    container = part(container, kElements, PickleKind::kList);
  }
  PickleValue& target = tree_[container];
  if (target.kind != PickleKind::kList && target.kind != PickleKind::kSet) {
    context_.fail(ErrorCode::kInvalidFile,
                  fmt::format("expected a list to append to, got {}", describe(target.kind)));
  }
  target.items.insert(target.items.end(), items.begin(), items.end());
}

void PickleObjects::set_items(ValueId container, std::span<const ValueId> items) {
  if (tree_[container].kind == PickleKind::kOpaque) {
    check_attributes(container, items);
    container = part(container, kEntries, PickleKind::kDict);
  }
  PickleValue& target = tree_[container];
  if (target.kind != PickleKind::kDict || items.size() % 2 != 0) {
    context_.fail(ErrorCode::kInvalidFile,
                  fmt::format("expected a dict and pairs of key and value, got {} and {} values",
                              describe(target.kind), items.size()));
  }
  target.items.insert(target.items.end(), items.begin(), items.end());
}

}  // namespace harness
