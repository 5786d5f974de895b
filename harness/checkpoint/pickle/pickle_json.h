#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "harness/base/json.h"
#include "harness/checkpoint/pickle/pickle_value.h"

namespace harness {

/// A tensor and the way to it: keys of dicts and positions in lists, joined by dots.
struct NamedTensor {
  std::string name;
  std::size_t index = 0;  ///< In PickleTree::tensors.
};

/// A tensor whose elements are not read, because of its form or their type.
struct UnreadTensor {
  std::string name;
  std::string form;  ///< "sparse_coo [4, 4]", "meta float32 [2, 3]", "torch.bits8 [2]".
};

/// A dict's key as text: a string as it is, a number in decimal, a tensor or an object with a
/// number that tells it from the others.
std::string key_text(const PickleTree& tree, ValueId key);

/// Values as JSON: tuples and sets are arrays, {"__class__": name, ...} stands for bytes, classes
/// and objects, {"__tensor__": "float32 [2, 3]"} for a tensor, {"__storage__": "float32 [6]"} for a
/// storage, null for None, NaN and infinity; integers beyond 64 bits are strings.
///
/// A value that holds itself is shown once: where it stands again, {"__same_as__": name} refers to
/// the place where it is shown. Other values are shown wherever they stand. Output deeper than
/// kMaxDepth or out of proportion to the pickle is Error(kInvalidFile).
class PickleToJson {
 public:
  static constexpr int kMaxDepth = 64;

  /// tree: has to outlive the object. subject: the file, for messages.
  PickleToJson(const PickleTree& tree, std::string_view subject);

  /// The tensors within are added to tensors(), their names beginning with `name` where it is not
  /// empty.
  Json convert(ValueId id, const std::string& name);

  std::vector<NamedTensor>& tensors() noexcept { return tensors_; }
  std::vector<UnreadTensor>& unread() noexcept { return unread_; }

  /// Entries of dicts that are this value are left out from now on.
  void leave_out(ValueId value) noexcept { left_out_ = value; }

 private:
  [[noreturn]] void fail(const std::string& detail) const;
  void spend(std::size_t values, std::size_t text);
  Json convert(ValueId id);
  template <typename Convert>
  Json nested(Convert convert_value);
  Json convert_child(ValueId id, const std::string& key);
  Json convert_tensor(const PickleValue& value);
  Json convert_sequence(const PickleValue& value);
  Json convert_dict(const PickleValue& value);
  Json convert_opaque(const PickleValue& value);
  Json convert_unread(const PickleValue& value);

  const PickleTree& tree_;
  std::string subject_;
  std::string name_;
  int depth_ = 0;
  std::vector<bool> within_themselves_;
  std::unordered_map<ValueId, std::string> shown_;  ///< Of these, the names they are shown under.
  std::size_t values_left_;
  std::size_t text_left_ = PickleTree::kMaxCopiedText;
  std::vector<NamedTensor> tensors_;
  std::vector<UnreadTensor> unread_;
  ValueId left_out_ = kNoValue;
};

}  // namespace harness
