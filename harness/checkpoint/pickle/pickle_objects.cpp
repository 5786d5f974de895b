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
  return tree_.add(
      {.kind = PickleKind::kGlobal, .role = facts.role, .trust = facts.trust, .text = kept});
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

void PickleObjects::check_state(ValueId object, ValueId state) {
  const auto check_dict = [&](const PickleValue& dict) {
    for (std::size_t index = 0; index + 1 < dict.items.size(); index += 2) {
      const PickleValue& key = tree_[dict.items[index]];
      const PickleKind kind = tree_[dict.items[index + 1]].kind;
      const bool callable = kind == PickleKind::kGlobal || kind == PickleKind::kOpaque;
      if (key.kind != PickleKind::kString || !callable || !is_called_by_unpickler(key.text)) {
        continue;
      }
      tree_.code.add(
          {fmt::format("{} as {} of {}", name_of(dict.items[index + 1]), key.text, name_of(object)),
           "…", CodeUse::kCalled, /*runs=*/true});
    }
  };
  const PickleValue& value = tree_[state];
  if (value.kind == PickleKind::kDict) check_dict(value);
  if (value.kind != PickleKind::kTuple) return;
  // (state, slots), and functools.partial keeps its attributes as the last of four.
  for (const ValueId item : value.items) {
    if (tree_[item].kind == PickleKind::kDict) check_dict(tree_[item]);
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
  } else {
    report_call(callable, arguments);
  }
  return instance(callable, arguments);
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
      return tree_.add({.kind = PickleKind::kDict});
    case GlobalRole::kCounter:
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
      return new_object(arguments);
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
  // numpy's makers of random generators call what they are given.
  const bool calls_on = tree_[callable].text.starts_with("numpy.random.");
  for (const ValueId item : tree_[arguments].items) {
    const PickleValue& value = tree_[item];
    const bool is_code = value.kind == PickleKind::kGlobal || value.kind == PickleKind::kOpaque;
    if (calls_on && is_code && !value.text.starts_with("numpy.random.")) {
      report_call(callable, arguments);
      break;
    }
  }
  return instance(callable, arguments);
}

ValueId PickleObjects::instance(ValueId cls, ValueId arguments) {
  const GlobalRole role =
      tree_[cls].kind == PickleKind::kGlobal ? tree_[cls].role : GlobalRole::kInert;
  const std::string_view name = tree_.keep(name_of(cls));
  const PickleArguments call(tree_, context_, name, arguments);
  return tree_.add_opaque(name, role, arguments);
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
  const GlobalTrust trust = std::min(owner.trust, GlobalTrust::kNamed);
  return add_global(fmt::format("{}.{}", owner.text, tree_[call.id(1)].text),
                    {GlobalRole::kInert, trust}, comes_with_python(call.id(0)));
}

/// copyreg._reconstructor(cls, base, state) calls base.__new__(cls, state) and base.__init__.
ValueId PickleObjects::reconstructed(ValueId arguments) {
  const PickleArguments call(tree_, context_, "_reconstructor", arguments);
  check_class(call.id(0));
  if (!is_trusted(call.id(1), GlobalTrust::kCalled)) report_call(call.id(1), arguments);
  return instance(call.id(0), arguments);
}

/// copyreg.__newobj__(cls, ...) and __newobj_ex__(cls, arguments, keywords).
ValueId PickleObjects::new_object(ValueId arguments) {
  const PickleArguments call(tree_, context_, "__newobj__", arguments);
  check_class(call.id(0));
  return instance(call.id(0), arguments);
}

ValueId PickleObjects::parameter(ValueId arguments) {
  constexpr std::size_t kState = 3;
  const PickleArguments call(tree_, context_, "parameter", arguments);
  const PickleValue& data = tree_[call.id(0)];
  // A tensor whose form is not read is still no reason to refuse the file.
  if (data.kind != PickleKind::kOpaque) call.value(0, PickleKind::kTensor);
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
