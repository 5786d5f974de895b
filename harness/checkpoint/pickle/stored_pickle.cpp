#include "harness/checkpoint/pickle/stored_pickle.h"

namespace harness {

std::span<const std::byte> bytes_inside(const PickledStorage& storage) noexcept {
  return std::as_bytes(std::span(*storage.inside));
}

std::size_t storage_size(const PickledStorage& storage) noexcept {
  return static_cast<std::size_t>(storage.elements) *
         (storage.dtype ? item_size(*storage.dtype) : 1);
}

}  // namespace harness
