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
  /// (view key, first element, elements). Throws Error(kUnsafePickle) for anything else,
  /// Error(kInvalidFile) when the numbers make no sense or differ from the key's first mention.
  ValueId storage(ValueId persistent_id);

  /// kTensorV1, kTensorV2, kTensorV3: (storage, offset, size, stride, ...). Throws
  /// Error(kInvalidFile) unless every element lies within the storage (negative numbers, products
  /// that overflow and strides below 0 are refused).
  ValueId rebuild(GlobalRole role, ValueId arguments);

 private:
  std::uint32_t storage_index(const PickleArguments& id, std::optional<DType> dtype);
  std::optional<DType> dtype_of(GlobalRole role, const PickleArguments& call,
                                const PickledStorage& storage) const;
  /// Fails unless every element lies within the first `available` elements.
  void check_extent(const PickleArguments& call, const PickledTensor& tensor,
                    std::int64_t available) const;
  StorageSlice slice_of(const PickleArguments& id, std::uint32_t storage) const;

  PickleTree& tree_;
  const PickleContext& context_;
  std::unordered_map<std::string, std::uint32_t> storage_by_key_;
};

}  // namespace harness
