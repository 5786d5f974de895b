#include "harness/checkpoint/pickle/pickle_objects.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/base/unicode.h"
#include "harness/checkpoint/pickle/python_calls.h"
#include "harness/checkpoint/pickle/standard_library.h"

namespace harness {
namespace {

constexpr std::size_t kMaxGlobalName = 512;

bool is_rebuild(GlobalRole role) {
  return role == GlobalRole::kTensorV1 || role == GlobalRole::kTensorV2 ||
         role == GlobalRole::kTensorV3 || role == GlobalRole::kQuantized;
}

/// Keeps its arguments as they are and asks nothing of them.
bool only_keeps(std::string_view callable) {
  constexpr std::string_view kNames[] = {
      "functools.partial", "types.SimpleNamespace",        "builtins.slice",
      "numpy.dtype",       "numpy.core.multiarray.scalar", "numpy.core.numeric._frombuffer"};
  return std::ranges::find(kNames, callable) != std::end(kNames);
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
  return add_global(
      global_text(module, name), facts_of_global(module, name),
      disguised || facts_of_global(module, name).is_at_hand || is_standard_library(module));
}

ValueId PickleObjects::add_global(std::string name, GlobalFacts facts, bool comes_with_python) {
  const std::string_view kept = tree_.keep(repair_utf8(name));
  if (facts.trust == GlobalTrust::kUnknown) {
    tree_.code.add({std::string(kept), "", CodeUse::kNamed, comes_with_python});
  }
  const ValueId made = tree_.add({.kind = PickleKind::kGlobal,
                                  .role = facts.role,
                                  .trust = facts.trust,
                                  .may_be_held = facts.may_be_held,
                                  .is_at_hand = facts.is_at_hand,
                                  .text = kept});
  watch_.note_global(made);
  return made;
}

ValueId PickleObjects::extension(std::int64_t code) {
  return add_global(fmt::format("copyreg.extension_{}", code), {}, /*comes_with_python=*/true);
}

ValueId PickleObjects::reduce(ValueId callable, ValueId arguments, Making making) {
  // Copied: what is made may move the values of the tree.
  const PickleValue called = tree_[callable];
  if (called.kind == PickleKind::kGlobal && called.trust == GlobalTrust::kCalled) {
    return call_known(called, callable, arguments);
  }
  if (making == Making::kNew && called.kind == PickleKind::kGlobal) {
    watch_.check_class(callable);
    // `cls.__new__` of a class that is known, a Parameter say, may call methods of what it gets.
    if (called.trust >= GlobalTrust::kMade && tree_[arguments].kind == PickleKind::kTuple) {
      watch_.check_plain(callable, arguments);
    }
  } else {
    watch_.report_call(callable, arguments);
  }
  return instance(callable, arguments);
}

ValueId PickleObjects::reduce_with_keywords(ValueId callable, ValueId arguments, ValueId keywords) {
  const bool is_known = watch_.is_trusted(callable, GlobalTrust::kMade);
  const bool has_keywords = !tree_[keywords].items.empty();
  if (is_known && has_keywords && !only_keeps(tree_[callable].text)) {
    watch_.report_call(callable, arguments);
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
      watch_.check_entries(id, arguments, 0);
      return counter(arguments);
    case GlobalRole::kList:
      return sequence(PickleKind::kList, id, arguments);
    case GlobalRole::kTuple:
    case GlobalRole::kTorchSize:
      return sequence(PickleKind::kTuple, id, arguments);
    case GlobalRole::kSet:
    case GlobalRole::kFrozenSet:
      return sequence(PickleKind::kSet, id, arguments);
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
      watch_.check_class(call.id(0));
      return tensors_.rebuild_other(role, arguments);
    }
    case GlobalRole::kNumpyArray: {
      const PickleArguments call(tree_, context_, "numpy array", arguments);
      watch_.check_class(call.id(0));
      // Of a masked array, the class of its data.
      if (tree_[callable].text.ends_with("_mareconstruct")) watch_.check_class(call.id(1));
      return instance(callable, arguments);
    }
    case GlobalRole::kUninitialized:
      watch_.check_plain(callable, arguments);
      return tensors_.rebuild_other(role, arguments);
    case GlobalRole::kConfigDict:
      return config_dict(callable, arguments);
    case GlobalRole::kLogger:
    case GlobalRole::kArray:
    case GlobalRole::kStructTime:
    case GlobalRole::kRandom:
    case GlobalRole::kZone:
    case GlobalRole::kTypeAlias:
      if (!is_harmless_call(tree_, callable, arguments)) watch_.report_call(callable, arguments);
      return instance(callable, arguments);
    case GlobalRole::kEnum:
      if (tree_[arguments].items.size() != 1) watch_.report_call(callable, arguments);
      break;
    default:
      break;
  }
  if (!only_keeps(tree_[callable].text) && tree_[arguments].kind == PickleKind::kTuple) {
    watch_.check_plain(callable, arguments);
  }
  return instance(callable, arguments);
}

ValueId PickleObjects::instance(ValueId cls, ValueId arguments) {
  const GlobalRole role =
      tree_[cls].kind == PickleKind::kGlobal ? tree_[cls].role : GlobalRole::kInert;
  const GlobalTrust trust =
      tree_[cls].kind == PickleKind::kGlobal ? tree_[cls].trust : GlobalTrust::kUnknown;
  const std::string_view name = tree_.keep(watch_.name_of(cls));
  const PickleArguments call(tree_, context_, name, arguments);
  const ValueId made = tree_.add_opaque(name, role, arguments);
  tree_[made].trust = trust;
  return made;
}

/// type(None) asks for a class; with three arguments a class is made, whose methods Python calls.
ValueId PickleObjects::type_of(ValueId callable, ValueId arguments) {
  const PickleArguments call(tree_, context_, "type", arguments);
  if (call.size() != 1) {
    watch_.report_call(callable, arguments);
    return instance(callable, arguments);
  }
  const std::string name = call.has(0)
                               ? fmt::format("builtins.type({})", watch_.name_of(call.id(0)))
                               : "builtins.NoneType";
  return add_global(name, {.trust = GlobalTrust::kNamed, .may_be_held = true}, true);
}

/// A class in a class, or its method: nothing but another name. All else goes through an object.
ValueId PickleObjects::attribute(ValueId callable, ValueId arguments) {
  const PickleArguments call(tree_, context_, "getattr", arguments);
  // Copied: what is made may move the values of the tree.
  const PickleValue owner = tree_[call.id(0)];
  const PickleValue name = call.size() == 2 ? tree_[call.id(1)] : PickleValue{};
  const bool is_plain = name.kind == PickleKind::kString && is_plain_name(name.text) &&
                        name.text.find('.') == std::string_view::npos && !is_dunder(name.text);
  const std::string text = fmt::format("{}.{}", owner.text, name.text);
  if (is_plain && owner.kind == PickleKind::kGlobal) {
    const GlobalFacts facts = facts_of_attribute(
        owner.text, {owner.role, owner.trust, owner.may_be_held, owner.is_at_hand}, name.text);
    return add_global(text, facts, watch_.comes_with_python(call.id(0)));
  }
  // `self.forward` of an object, which it has of its class; of somebody's own class, whatever it
  // is.
  if (is_plain && owner.kind == PickleKind::kOpaque && owner.role == GlobalRole::kInert) {
    if (is_harmless_method(owner.text, name.text) && owner.trust == GlobalTrust::kMade) {
      return add_global(text, {.trust = GlobalTrust::kNamed, .may_be_held = true}, false);
    }
    if (watch_.is_somebodys_own(call.id(0))) return add_global(text, {}, false);
  }
  watch_.report_call(callable, arguments);
  return instance(callable, arguments);
}

/// ConfigDict(dict) keeps the entries; what is no plain dict it would ask for them.
ValueId PickleObjects::config_dict(ValueId callable, ValueId arguments) {
  const PickleArguments call(tree_, context_, "ConfigDict", arguments);
  const bool is_empty = call.size() == 0;
  const bool is_copy = call.size() == 1 && tree_[call.id(0)].kind == PickleKind::kDict;
  if (!is_empty && !is_copy) {
    watch_.report_call(callable, arguments);
    return instance(callable, arguments);
  }
  const ValueId entries = is_copy ? call.id(0) : kNoValue;
  const ValueId made = instance(callable, tree_.add({.kind = PickleKind::kTuple}));
  tree_[made].items[kEntries] = entries;
  if (is_copy) watch_.check_attributes(made, tree_[entries].items);
  return made;
}

/// copyreg._reconstructor(cls, base, state) calls base.__new__(cls, state) and base.__init__.
ValueId PickleObjects::reconstructed(ValueId arguments) {
  const PickleArguments call(tree_, context_, "_reconstructor", arguments);
  watch_.check_class(call.id(0));
  constexpr std::size_t kBaseState = 2;
  const bool is_object = tree_[call.id(1)].text == "builtins.object";
  const bool is_plain =
      is_object || !call.has(kBaseState) || !can_be_called(tree_[call.id(kBaseState)].kind);
  if (!is_plain || !watch_.is_trusted(call.id(1), GlobalTrust::kCalled)) {
    watch_.report_call(call.id(1), arguments);
  }
  const auto& all = tree_[arguments].items;
  // Without the class: it is what the object is, not what it holds.
  return instance(call.id(0),
                  tree_.add({.kind = PickleKind::kTuple, .items = {all.begin() + 1, all.end()}}));
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
  if (call.has(kState)) watch_.check_state(call.id(0), call.id(kState));
  return call.id(0);
}

/// _rebuild_from_type_v2(function, class, arguments, state)
ValueId PickleObjects::tensor_subclass(ValueId arguments) {
  constexpr std::size_t kState = 3;
  const PickleArguments call(tree_, context_, "tensor subclass", arguments);
  const PickleValue function = tree_[call.id(0)];
  watch_.check_class(call.id(1));
  const bool rebuilds = is_rebuild(function.role) || function.role == GlobalRole::kParameter ||
                        function.role == GlobalRole::kParameterState ||
                        function.role == GlobalRole::kJagged ||
                        function.role == GlobalRole::kWrapper;
  ValueId made = kNoValue;
  if (function.kind == PickleKind::kGlobal && rebuilds) {
    made = reduce(call.id(0), call.id(2));
  } else {
    watch_.report_call(call.id(0), call.id(2));
    made = instance(call.id(0), call.id(2));
  }
  if (call.has(kState)) watch_.check_state(made, call.id(kState));
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

/// An object that is none of Python's own says itself what is in it: that runs its code.
ValueId PickleObjects::sequence(PickleKind kind, ValueId callable, ValueId arguments) {
  const PickleArguments call(tree_, context_, describe(kind), arguments);
  std::vector<ValueId> items;
  if (call.size() > 0) {
    const PickleValue& source = tree_[call.id(0)];
    const bool plain = source.kind == PickleKind::kList || source.kind == PickleKind::kTuple ||
                       source.kind == PickleKind::kSet;
    if (const auto numbers = integers_of_range(tree_, call.id(0))) {
      for (const std::int64_t number : *numbers) items.push_back(tree_.add_int(number));
    } else if (source.kind == PickleKind::kOpaque) {
      if (source.text != "builtins.range") watch_.report_call(callable, arguments);
      return instance(callable, arguments);
    } else if (!plain) {
      call.fail(fmt::format("expected a list or a tuple, got {}", describe(source.kind)));
    } else {
      items = source.items;
    }
  }
  tree_.charge(items.size());
  return tree_.add({.kind = kind, .items = std::move(items)});
}

ValueId PickleObjects::bytes(ValueId arguments) {
  const PickleArguments call(tree_, context_, "bytes", arguments);
  if (call.size() == 0) return tree_.add({.kind = PickleKind::kBytes});
  if (call.size() == 1) {
    if (auto made = bytes_of_numbers(tree_, call.id(0))) {
      return tree_.add_text(PickleKind::kBytes, std::move(*made));
    }
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
  // Of no arguments a known class makes an empty object, and a function that only computes does no
  // harm. Anything else, a partial among it, is called as soon as somebody's __setstate__ asks this
  // dict for a key (uuid.UUID's does).
  const auto is_harmless = [&](ValueId factory) {
    const PickleValue& value = tree_[factory];
    return watch_.is_trusted(factory, GlobalTrust::kMade) ||
           (value.kind == PickleKind::kGlobal && value.trust != GlobalTrust::kUnknown &&
            !is_way_in(value));
  };
  if (call.has(0) && can_be_called(tree_[call.id(0)].kind) && !is_harmless(call.id(0))) {
    watch_.report_call(callable, arguments);
  }
  watch_.check_entries(callable, arguments, 1);
  return tree_.add({.kind = PickleKind::kDict});
}

ValueId PickleObjects::counter(ValueId arguments) {
  const PickleArguments call(tree_, context_, "Counter", arguments);
  if (call.size() > 0 && tree_[call.id(0)].kind == PickleKind::kDict) return dict(arguments);
  return tree_.add({.kind = PickleKind::kDict});
}

void PickleObjects::build(ValueId object, ValueId state) {
  watch_.check_state(object, state);
  switch (tree_[object].kind) {
    case PickleKind::kOpaque:
      if (!is_harmless_state(tree_, object, state)) {
        tree_.code.add({fmt::format("{}.__setstate__", tree_[object].text),
                        std::string(describe(tree_[state].kind)), CodeUse::kCalled,
                        /*runs=*/true});
      }
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
      tree_.code.add({fmt::format("BUILD of {}", watch_.name_of(object)),
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
    watch_.check_filling(container, "append");
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
    watch_.check_filling(container, "__setitem__");
    watch_.check_attributes(container, items);
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
