#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

#include "harness/checkpoint/pickle/pickle_context.h"
#include "harness/checkpoint/pickle/pickle_value.h"

namespace harness {

/// Makes tensors and storages out of what torch.save() writes for them. Nothing is allocated for
/// their elements: a tensor is a checked description of a part of a storage.
class PickleTensors {
 public:
  static constexpr std::size_t kMaxDimensions = 64;  ///< PyTorch's own limit.

  /// Both have to outlive the object.
  PickleTensors(PickleTree& tree, const PickleContext& context) : tree_(tree), context_(context) {}

  /// A persistent id: ('storage', class, key, location, elements[, view]), where view is None or
  /// (view key, first element, elements). Throws Error(kInvalidFile) for anything else, and when
  /// the numbers make no sense or differ from the key's first mention.
  ValueId storage(ValueId persistent_id);

  /// kTensorV1, kTensorV2, kTensorV3, kQuantized: (storage, offset, size, stride, ...). Throws
  /// Error(kInvalidFile) unless every element lies within the storage (negative numbers, products
  /// that overflow and strides below 0 are refused). Elements of a type that has no DType, and
  /// conjugate and negative views, give an opaque value that names them.
  ValueId rebuild(GlobalRole role, ValueId arguments);

  /// kFromNumpy, kFromCpu: a tensor of another device (XLA), whose elements stand in the pickle or
  /// in a tensor of the CPU. kSparse, kNested, kJagged: an opaque value that names the form, its
  /// parts under kEntries. kMeta, kWrapper, kUninitialized: an opaque value without any.
  ValueId rebuild_other(GlobalRole role, ValueId arguments);

 private:
  ValueId unread(std::string text, ValueId entries = kNoValue);
  ValueId from_numpy(ValueId arguments);
  ValueId from_cpu(ValueId arguments);
  ValueId sparse(ValueId arguments);
  ValueId nested(ValueId arguments);
  ValueId jagged(ValueId arguments);
  ValueId add_tensor(PickledTensor tensor);
  std::string layout_of(ValueId layout) const;
  std::uint32_t storage_index(const PickleArguments& id, std::optional<DType> dtype);
  std::optional<DType> dtype_of(GlobalRole role, const PickleArguments& call,
                                const PickledStorage& storage) const;
  /// Fails unless every element lies within the first `available` elements.
  void check_extent(const PickleArguments& call, const PickledTensor& tensor,
                    std::int64_t available) const;
  /// "conjugate view of" as a tensor's metadata has it; "" for plain elements.
  std::string view_of(const PickleArguments& call, std::size_t metadata) const;
  StorageSlice slice_of(const PickleArguments& id, std::uint32_t storage) const;

  PickleTree& tree_;
  const PickleContext& context_;
  std::unordered_map<std::string, std::uint32_t> storage_by_key_;
};

}  // namespace harness
