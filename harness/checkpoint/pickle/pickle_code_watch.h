#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/checkpoint/pickle/pickle_context.h"
#include "harness/checkpoint/pickle/pickle_value.h"

namespace harness {

/// "__class__" and its like, which Python itself looks up.
bool is_dunder(std::string_view name);
/// Whether a name may stand for something, or an object be something, that can be called.
bool can_be_called(PickleKind kind);
/// A function that must not come into the hands of an object; getattr leads to any other.
bool is_way_in(const PickleValue& value);

/// Watches what Python would run while it makes and fills the objects of a pickle, and adds what is
/// not known to be harmless to the tree's `code`. It makes nothing and refuses nothing but a file
/// that repeats itself beyond measure (Error(kInvalidFile)).
class PickleCodeWatch {
 public:
  /// Both have to outlive the object.
  PickleCodeWatch(PickleTree& tree, const PickleContext& context)
      : tree_(tree), context_(context) {}

  /// "os.system", "an object of a.B", "a list".
  std::string name_of(ValueId value) const;
  bool comes_with_python(ValueId cls) const;
  bool is_trusted(ValueId cls, GlobalTrust needed) const;
  /// Whether an object's class is unknown and none that comes with Python or PyTorch.
  bool is_somebodys_own(ValueId object) const;

  /// To be told of every global that was made; report_what_objects_hold() looks for no others.
  void note_global(ValueId global);
  void report_call(ValueId callable, ValueId arguments);
  /// Reports a class of which an object is made unless it is known to be harmless.
  void check_class(ValueId cls);
  /// Reports the call where an argument is more than a plain value: `str(module)` calls a method.
  void check_plain(ValueId callable, ValueId arguments);
  /// Reports what else than a dict or a list of pairs fills a dict.
  void check_entries(ValueId callable, ValueId arguments, std::size_t index);
  /// Reports names that the state sets where Python would call them.
  void check_state(ValueId object, ValueId state);
  /// The same of entries: key, value, key, value, ...
  void check_attributes(ValueId object, std::span<const ValueId> items);
  /// Reports a method of an object that Python calls to put something in ("append",
  /// "__setitem__") unless its class is known to do nothing else.
  void check_filling(ValueId object, std::string_view method);
  /// To be called once, at the end: reports functions that objects hold and that are none of those
  /// which only compute. Whatever fills an object may call what it holds.
  void report_what_objects_hold();

 private:
  std::string kinds_of(ValueId arguments) const;
  void check_optimizer(ValueId object, const PickleValue& state);
  bool is_plain_argument(ValueId callable, ValueId argument) const;
  void report_attribute(ValueId object, std::string_view attribute, ValueId value);
  void report_held_by(ValueId object, ValueId part, std::vector<bool>& seen);
  /// Takes from attributes_left_.
  void charge(std::size_t attributes, std::string_view expected);

  PickleTree& tree_;
  const PickleContext& context_;
  /// (object, state): of a tensor or a dict it is kept nowhere else, nor is one that was replaced.
  std::vector<std::pair<ValueId, ValueId>> other_states_;
  bool names_ways_in_ = false;  ///< Whether there is anything for report_what_objects_hold().
  /// Attributes that may still be looked at: objects of a hostile file share their states.
  std::size_t attributes_left_ = 4 * PickleTree::kMaxValues;
};

}  // namespace harness
