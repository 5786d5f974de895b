#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "harness/checkpoint/pickle/pickle_value.h"

namespace harness {

/// Bytes of the file and the checksum that the file says they have.
struct StoredChecksum {
  std::string name;  ///< "archive/data/0".
  std::span<const std::byte> bytes;
  std::uint32_t crc32 = 0;
};

/// What a `.pth` file of either format comes down to.
struct StoredPickle {
  PickleTree tree;
  /// For each of tree.storages, in its order: its bytes in the file (or in the pickle, see
  /// PickledStorage::inside), as many as it has elements.
  std::vector<std::span<const std::byte>> storages;
  /// Of the storages that have one.
  std::vector<StoredChecksum> checksums;
  /// The pickle itself where it does not lie in the file as it is; the tree refers to it.
  std::unique_ptr<const std::string> pickle;
};

/// The bytes of a storage that stand in the pickle itself.
std::span<const std::byte> bytes_inside(const PickledStorage& storage) noexcept;

/// The key of the first tensor that lies in a storage, for messages: " of 'conv.weight'"; "" where
/// no dict holds one.
std::string owner_text(const PickleTree& tree, std::size_t storage);

/// Bytes that a storage takes.
std::size_t storage_size(const PickledStorage& storage) noexcept;

}  // namespace harness
