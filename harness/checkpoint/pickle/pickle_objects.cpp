#include "harness/checkpoint/pickle/pickle_objects.h"

#include "harness/base/unicode.h"

namespace harness {
namespace {

constexpr std::size_t kMaxGlobalName = 512;

/// A name for a message, which has to hold more than the name.
std::string shown(std::string_view name) {
  constexpr std::size_t kShownName = 100;
  return name.size() <= kShownName ? std::string(name)
                                   : std::string(name.substr(0, kShownName)) + "…";
}

bool is_rebuild(GlobalRole role) {
  return role == GlobalRole::kTensorV1 || role == GlobalRole::kTensorV2 ||
         role == GlobalRole::kTensorV3;
}

}  // namespace

ValueId PickleObjects::global(std::string_view module, std::string_view name) {
  if (module.size() + name.size() > kMaxGlobalName) {
    context_.fail(ErrorCode::kInvalidFile, "expected a name of at most " +
                                               std::to_string(kMaxGlobalName) +
                                               " bytes, got a longer one");
  }
  const GlobalRole role = role_of_global(module, name);
  if (role == GlobalRole::kDenied) {
    context_.fail(ErrorCode::kUnsafePickle,
                  "expected tensors and plain data, got " + shown(module) + "." + shown(name) +
                      ", a name that is code or leads to code; do not load this file with "
                      "torch.load");
  }
  const std::string_view kept = tree_.keep(repair_utf8(global_text(module, name)));
  return tree_.add({.kind = PickleKind::kGlobal, .role = role, .text = kept});
}

ValueId PickleObjects::reduce(ValueId callable, ValueId arguments) {
  if (tree_[callable].kind != PickleKind::kGlobal) {
    context_.fail(ErrorCode::kUnsafePickle, "expected a class to be called, got " +
                                                std::string(describe(tree_[callable].kind)));
  }
  switch (tree_[callable].role) {
    case GlobalRole::kOrderedDict:
    case GlobalRole::kDict: {
      const GlobalRole role = tree_[callable].role;
      const ValueId made = dict(arguments);
      tree_[made].role = role;
      return made;
    }
    case GlobalRole::kDefaultDict:
      return tree_.add({.kind = PickleKind::kDict});
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
    case GlobalRole::kTensorV1:
    case GlobalRole::kTensorV2:
    case GlobalRole::kTensorV3:
      return tensors_.rebuild(tree_[callable].role, arguments);
    case GlobalRole::kParameter:
      return parameter(arguments);
    case GlobalRole::kTensorSubclass:
      return tensor_subclass(arguments);
    case GlobalRole::kReconstructor: {
      const PickleArguments call(tree_, context_, tree_[callable].text, arguments);
      return instance(call.id(0), arguments);
    }
    default:
      return instance(callable, arguments);
  }
}

ValueId PickleObjects::instance(ValueId cls, ValueId arguments) {
  const PickleValue& name = tree_[cls];
  const bool known =
      name.kind == PickleKind::kGlobal &&
      (name.role == GlobalRole::kInert || name.role == GlobalRole::kTorchDevice ||
       name.role == GlobalRole::kNumpyDtype || name.role == GlobalRole::kNumpyScalar ||
       name.role == GlobalRole::kNumpyArray || name.role == GlobalRole::kNumpyBuffer);
  if (!known) {
    context_.fail(ErrorCode::kUnsafePickle,
                  "expected a class or a function of the allow-list to be called, got " +
                      shown(name.kind == PickleKind::kGlobal ? name.text : describe(name.kind)));
  }
  const PickleArguments call(tree_, context_, name.text, arguments);
  return tree_.add_opaque(name.text, name.role, arguments);
}

ValueId PickleObjects::parameter(ValueId arguments) {
  const PickleArguments call(tree_, context_, "parameter", arguments);
  call.value(0, PickleKind::kTensor);
  return call.id(0);
}

ValueId PickleObjects::tensor_subclass(ValueId arguments) {
  const PickleArguments call(tree_, context_, "tensor subclass", arguments);
  const GlobalRole role = call.value(0, PickleKind::kGlobal).role;
  if (is_rebuild(role)) return tensors_.rebuild(role, call.id(2));
  if (role == GlobalRole::kParameter) return parameter(call.id(2));
  context_.fail(ErrorCode::kUnsafePickle,
                "expected a tensor to be rebuilt, got " + shown(tree_[call.id(0)].text));
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
      call.fail("expected a list or a tuple, got " + std::string(describe(source.kind)));
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
    call.fail("expected text that is Latin-1, got " + std::string(encoding));
  }
  return tree_.add_text(PickleKind::kBytes, std::move(converted));
}

void PickleObjects::build(ValueId object, ValueId state) {
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
    default:
      context_.fail(ErrorCode::kUnsafePickle,
                    "BUILD: expected an object, got " + std::string(describe(tree_[object].kind)));
  }
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
                  "expected a list to append to, got " + std::string(describe(target.kind)));
  }
  target.items.insert(target.items.end(), items.begin(), items.end());
}

void PickleObjects::set_items(ValueId container, std::span<const ValueId> items) {
  if (tree_[container].kind == PickleKind::kOpaque) {
    container = part(container, kEntries, PickleKind::kDict);
  }
  PickleValue& target = tree_[container];
  if (target.kind != PickleKind::kDict || items.size() % 2 != 0) {
    context_.fail(ErrorCode::kInvalidFile, "expected a dict and pairs of key and value, got " +
                                               std::string(describe(target.kind)) + " and " +
                                               std::to_string(items.size()) + " values");
  }
  target.items.insert(target.items.end(), items.begin(), items.end());
}

}  // namespace harness
