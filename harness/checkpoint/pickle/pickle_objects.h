#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "harness/checkpoint/pickle/pickle_code_watch.h"
#include "harness/checkpoint/pickle/pickle_context.h"
#include "harness/checkpoint/pickle/pickle_tensors.h"
#include "harness/checkpoint/pickle/pickle_value.h"

namespace harness {

/// How an opcode makes something of a class: REDUCE calls it, NEWOBJ only makes an object of it
/// (`cls.__new__`), which Python refuses for anything but a class.
enum class Making { kCall, kNew };

/// What the opcodes that would call something (REDUCE, NEWOBJ, BUILD, BINPERSID) make instead:
/// tensors, storages and the plain containers are built, anything else becomes an opaque value.
/// What Python would run for it is told to a PickleCodeWatch.
class PickleObjects {
 public:
  /// Both have to outlive the object.
  PickleObjects(PickleTree& tree, const PickleContext& context)
      : tree_(tree), context_(context), tensors_(tree, context), watch_(tree, context) {}

  ValueId global(std::string_view module, std::string_view name);
  /// A name that Python looks up in its registry of extensions (EXT1, EXT2, EXT4).
  ValueId extension(std::int64_t code);
  /// Throws Error(kInvalidFile) when the arguments of something known make no sense.
  ValueId reduce(ValueId callable, ValueId arguments, Making making = Making::kCall);
  /// Attributes of an OrderedDict are kept beside it, those of other containers and of tensors are
  /// passed over. Throws Error(kInvalidFile) for a value that has none.
  void build(ValueId object, ValueId state);
  /// The same with keywords besides (NEWOBJ_EX).
  ValueId reduce_with_keywords(ValueId callable, ValueId arguments, ValueId keywords);
  ValueId persistent(ValueId id);
  void append(ValueId container, std::span<const ValueId> items);
  /// items: key, value, key, value, ...
  void set_items(ValueId container, std::span<const ValueId> items);
  /// To be called once, at the end; see PickleCodeWatch.
  void report_what_objects_hold() { watch_.report_what_objects_hold(); }

 private:
  ValueId call_known(const PickleValue& callable, ValueId id, ValueId arguments);
  ValueId call_by_arguments(GlobalRole role, ValueId callable, ValueId arguments);
  ValueId add_global(std::string name, GlobalFacts facts, bool comes_with_python);
  ValueId parameter(ValueId arguments);
  ValueId tensor_subclass(ValueId arguments);
  ValueId dict(ValueId arguments);
  ValueId default_dict(ValueId callable, ValueId arguments);
  ValueId counter(ValueId arguments);
  ValueId sequence(PickleKind kind, ValueId callable, ValueId arguments);
  ValueId bytes(ValueId arguments);
  ValueId type_of(ValueId callable, ValueId arguments);
  ValueId attribute(ValueId callable, ValueId arguments);
  ValueId config_dict(ValueId callable, ValueId arguments);
  ValueId reconstructed(ValueId arguments);
  ValueId new_object(ValueId arguments, bool with_keywords);
  ValueId instance(ValueId cls, ValueId arguments);
  /// The list or dict in which an opaque value keeps what was put into it.
  ValueId part(ValueId opaque, OpaquePart part, PickleKind kind);

  PickleTree& tree_;
  const PickleContext& context_;
  PickleTensors tensors_;
  PickleCodeWatch watch_;
};

}  // namespace harness
