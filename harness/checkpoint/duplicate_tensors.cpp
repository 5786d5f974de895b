#include "harness/checkpoint/duplicate_tensors.h"

#include <algorithm>
#include <cstring>
#include <map>

namespace harness {
namespace {

constexpr std::int64_t kFewest = 16;
constexpr std::size_t kHead = 64;  // Bytes that tell nearly all different tensors apart.

std::vector<std::byte> head_of(const TensorView& tensor) {
  const auto bytes = tensor.contiguous_bytes();
  if (bytes.empty()) {
    auto packed = tensor.packed();
    packed.resize(std::min(packed.size(), kHead));
    return packed;
  }
  const auto head = bytes.first(std::min(bytes.size(), kHead));
  return {head.begin(), head.end()};
}

bool is_one_value(const TensorView& tensor) {
  const auto bytes = tensor.packed();
  const std::size_t item = item_size(tensor.dtype);
  return std::memcmp(bytes.data(), bytes.data() + item, bytes.size() - item) == 0;
}

bool equal_bytes(const TensorView& a, const TensorView& b) {
  const auto left = a.contiguous_bytes();
  const auto right = b.contiguous_bytes();
  if (!left.empty() && !right.empty()) return std::ranges::equal(left, right);
  return a.packed() == b.packed();
}

}  // namespace

std::vector<std::pair<std::string, std::string>> duplicate_tensors(
    const std::vector<TensorView>& tensors) {
  using Key = std::pair<std::string, std::vector<std::byte>>;
  std::map<Key, std::vector<const TensorView*>> alike;
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const auto& tensor : tensors) {
    if (tensor.numel() < kFewest || tensor.shape.size() < 2) continue;
    auto& earlier = alike[{describe(tensor.dtype, tensor.shape), head_of(tensor)}];
    const auto same = std::ranges::find_if(
        earlier, [&](const TensorView* one) { return equal_bytes(*one, tensor); });
    if (same == earlier.end()) {
      earlier.push_back(&tensor);
    } else if (!is_one_value(tensor)) {
      pairs.emplace_back((*same)->name, tensor.name);
    }
  }
  return pairs;
}

}  // namespace harness
