#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "harness/checkpoint/pickle/pickle_globals.h"
#include "harness/checkpoint/pickle/unknown_code.h"
#include "harness/checkpoint/tensor_view.h"

namespace harness {

/// Index of a value in its PickleTree.
using ValueId = std::uint32_t;
inline constexpr ValueId kNoValue = 0xffffffff;

enum class PickleKind {
  kNone,
  kBool,
  kInt,
  kBigInt,  ///< Beyond 64 bits: `text` is "0x..." or "-0x...".
  kFloat,
  kString,
  kBytes,
  kList,
  kTuple,
  kSet,
  kDict,     ///< `items`: key, value, key, value, ... as they were written; the last of a key wins.
  kGlobal,   ///< A name of a class or function; nothing stands behind it.
  kOpaque,   ///< What an unknown class would have made.
  kStorage,  ///< `integer` is an index into PickleTree::slices.
  kTensor,   ///< `integer` is an index into PickleTree::tensors.
};

/// "a list", "an integer", ...: for messages.
std::string_view describe(PickleKind kind) noexcept;

struct PickleValue {
  PickleKind kind = PickleKind::kNone;
  GlobalRole role = GlobalRole::kInert;  ///< Of a kGlobal, and of the class of a kOpaque; a kDict
                                         ///< that is an OrderedDict has kOrderedDict.
  GlobalTrust trust = GlobalTrust::kUnknown;  ///< Of a kGlobal, and of the class of a kOpaque.
  bool may_be_held = false;                   ///< Of a kGlobal; see GlobalFacts.
  bool is_at_hand = false;                    ///< Of a kGlobal; see GlobalFacts.
  std::int64_t integer = 0;                   ///< Of kBool, kInt; an index for kStorage, kTensor.
  double real = 0.0;
  std::string_view text{};       ///< Of kString (UTF-8), kBytes, kBigInt; "module.name" otherwise.
  std::vector<ValueId> items{};  ///< Elements; of a kOpaque: see OpaquePart.
};

/// Where in PickleValue::items of a kOpaque its parts stand; kNoValue when it has none.
enum OpaquePart : std::size_t {
  kArguments = 0,  ///< A tuple: what the class was to be called with.
  kState = 1,      ///< What was to be set on the object (BUILD).
  kElements = 2,   ///< A list: what was appended to it.
  kEntries = 3,    ///< A dict: what was set by key.
  kOpaqueParts = 4
};

/// A storage as the pickle names it. `elements` counts bytes when there is no dtype (untyped).
struct PickledStorage {
  std::string key;
  std::optional<DType> dtype;
  std::int64_t elements = 0;
  /// The elements themselves where they stand in the pickle and not beside it (numpy, XLA).
  std::shared_ptr<const std::string> inside{};
};

/// A run of elements of a storage: the whole of it, but for legacy view metadata.
struct StorageSlice {
  std::uint32_t storage = 0;
  std::int64_t offset = 0;
  std::int64_t elements = 0;
};

/// Checked against its slice: every element lies within it.
struct PickledTensor {
  std::uint32_t storage = 0;
  DType dtype = DType::kFloat32;
  std::int64_t offset = 0;  ///< From the storage's start.
  std::vector<std::int64_t> shape{};
  std::vector<std::int64_t> strides{};
};

/// What one pickle holds. Values refer to each other by index, so that containers that hold
/// themselves neither leak nor loop; text refers to the pickle's bytes, which have to live on.
class PickleTree {
 public:
  /// Thrown as std::length_error by add() and charge() when a pickle asks for more than these.
  static constexpr std::size_t kMaxValues = std::size_t{1} << 22;
  static constexpr std::size_t kMaxCopiedText = std::size_t{64} << 20;

  PickleTree();

  ValueId add(PickleValue value);
  /// A value that owns its text, where the pickle's bytes do not hold it as it is.
  ValueId add_text(PickleKind kind, std::string text);
  ValueId add_int(std::int64_t value);
  ValueId add_bool(bool value) const noexcept { return value ? kTrue : kFalse; }
  ValueId add_none() const noexcept { return kNone; }
  ValueId add_opaque(std::string_view class_name, GlobalRole role, ValueId arguments);

  /// Counts what is not a value of its own but takes as much room: copied elements, dimensions.
  void charge(std::size_t count);
  /// Keeps a text alive as long as the tree.
  std::string_view keep(std::string text);

  const PickleValue& operator[](ValueId id) const { return values_[id]; }
  PickleValue& operator[](ValueId id) { return values_[id]; }
  std::size_t size() const noexcept { return values_.size(); }

  ValueId root = kNoValue;
  std::vector<PickledStorage> storages;
  std::vector<StorageSlice> slices;
  std::vector<PickledTensor> tensors;
  UnknownCodeList code;
  /// What BUILD set on OrderedDicts (a state dict's `_metadata`), by the dict.
  std::unordered_map<ValueId, ValueId> attributes;

 private:
  static constexpr ValueId kNone = 0, kFalse = 1, kTrue = 2, kFirstSmallInt = 3;
  static constexpr std::int64_t kSmallInts = 256;

  std::vector<PickleValue> values_;
  std::deque<std::string> texts_;
  std::size_t charged_ = 0;
  std::size_t copied_text_ = 0;
};

}  // namespace harness
