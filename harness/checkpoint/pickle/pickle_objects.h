#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "harness/checkpoint/pickle/pickle_context.h"
#include "harness/checkpoint/pickle/pickle_tensors.h"
#include "harness/checkpoint/pickle/pickle_value.h"

namespace harness {

/// What the opcodes that would call something (REDUCE, NEWOBJ, BUILD, BINPERSID) make instead:
/// tensors, storages and the plain containers of the allow-list are built, any other class becomes
/// an opaque value, a function is refused.
class PickleObjects {
 public:
  /// Both have to outlive the object.
  PickleObjects(PickleTree& tree, const PickleContext& context)
      : tree_(tree), context_(context), tensors_(tree, context) {}

  /// Throws Error(kUnsafePickle) for a name that role_of_global() denies.
  ValueId global(std::string_view module, std::string_view name);
  /// Throws Error(kUnsafePickle) unless `callable` is a kGlobal that is not a function off the
  /// allow-list, Error(kInvalidFile) when the arguments make no sense.
  ValueId reduce(ValueId callable, ValueId arguments);
  /// Attributes of an OrderedDict are kept beside it, those of other containers and of tensors are
  /// passed over.
  void build(ValueId object, ValueId state);
  ValueId persistent(ValueId id) { return tensors_.storage(id); }
  void append(ValueId container, std::span<const ValueId> items);
  /// items: key, value, key, value, ...
  void set_items(ValueId container, std::span<const ValueId> items);

 private:
  ValueId parameter(ValueId arguments);
  ValueId tensor_subclass(ValueId arguments);
  ValueId dict(ValueId arguments);
  ValueId sequence(PickleKind kind, ValueId arguments);
  ValueId bytes(ValueId arguments);
  ValueId instance(ValueId cls, ValueId arguments);
  /// The list or dict in which an opaque value keeps what was put into it.
  ValueId part(ValueId opaque, OpaquePart part, PickleKind kind);

  PickleTree& tree_;
  const PickleContext& context_;
  PickleTensors tensors_;
};

}  // namespace harness
