#include "harness/checkpoint/pickle/stored_pickle.h"

#include <fmt/format.h>

namespace harness {

std::span<const std::byte> bytes_inside(const PickledStorage& storage) noexcept {
  return std::as_bytes(std::span(*storage.inside));
}

std::string owner_text(const PickleTree& tree, std::size_t storage) {
  for (ValueId id = 0; id < tree.size(); ++id) {
    if (tree[id].kind != PickleKind::kDict) continue;
    const std::vector<ValueId>& items = tree[id].items;
    for (std::size_t index = 0; index + 1 < items.size(); index += 2) {
      const PickleValue& key = tree[items[index]];
      const PickleValue& value = tree[items[index + 1]];
      if (key.kind != PickleKind::kString || value.kind != PickleKind::kTensor) continue;
      const PickledTensor& tensor = tree.tensors[static_cast<std::size_t>(value.integer)];
      if (tensor.storage == storage) return fmt::format(" of '{}'", key.text);
    }
  }
  return "";
}

std::size_t storage_size(const PickledStorage& storage) noexcept {
  return static_cast<std::size_t>(storage.elements) *
         (storage.dtype ? item_size(*storage.dtype) : 1);
}

}  // namespace harness
