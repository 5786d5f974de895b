#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "harness/artifact/pickle_value.h"

namespace harness {

/// What a `.pth` file of either format comes down to.
struct StoredPickle {
  PickleTree tree;
  /// For each of tree.storages, in its order: its bytes in the file, as many as it has elements.
  std::vector<std::span<const std::byte>> storages;
  /// The pickle itself where it does not lie in the file as it is; the tree refers to it.
  std::unique_ptr<const std::string> pickle;
};

/// Bytes that a storage takes.
std::size_t storage_size(const PickledStorage& storage) noexcept;

}  // namespace harness
