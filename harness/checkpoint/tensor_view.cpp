#include "harness/checkpoint/tensor_view.h"

#include <fmt/format.h>

#include <bit>
#include <cstring>
#include <stdexcept>

#include "harness/base/file.h"
#include "harness/base/sha256.h"

namespace harness {
namespace {

static_assert(std::endian::native == std::endian::little, "storages are read as they lie");

struct DTypeTraits {
  DType dtype;
  std::string_view name;
  std::size_t size;
  bool floating;
};

constexpr DTypeTraits kDTypes[] = {{DType::kFloat16, "float16", 2, true},
                                   {DType::kBFloat16, "bfloat16", 2, true},
                                   {DType::kFloat32, "float32", 4, true},
                                   {DType::kFloat64, "float64", 8, true},
                                   {DType::kInt8, "int8", 1, false},
                                   {DType::kInt16, "int16", 2, false},
                                   {DType::kInt32, "int32", 4, false},
                                   {DType::kInt64, "int64", 8, false},
                                   {DType::kUInt8, "uint8", 1, false},
                                   {DType::kBool, "bool", 1, false},
                                   {DType::kUInt16, "uint16", 2, false},
                                   {DType::kUInt32, "uint32", 4, false},
                                   {DType::kUInt64, "uint64", 8, false},
                                   {DType::kComplex32, "complex32", 4, true},
                                   {DType::kComplex64, "complex64", 8, true},
                                   {DType::kComplex128, "complex128", 16, true},
                                   {DType::kFloat8E4M3FN, "float8_e4m3fn", 1, true},
                                   {DType::kFloat8E4M3FNUZ, "float8_e4m3fnuz", 1, true},
                                   {DType::kFloat8E5M2, "float8_e5m2", 1, true},
                                   {DType::kFloat8E5M2FNUZ, "float8_e5m2fnuz", 1, true},
                                   {DType::kFloat8E8M0FNU, "float8_e8m0fnu", 1, true},
                                   {DType::kQInt8, "qint8", 1, false},
                                   {DType::kQUInt8, "quint8", 1, false},
                                   {DType::kQInt32, "qint32", 4, false}};

const DTypeTraits& traits_of(DType dtype) {
  return kDTypes[static_cast<std::size_t>(dtype)];
}

/// The innermost dimensions that lie packed are copied as one block; the others are counted
/// through.
class StridedCopy {
 public:
  explicit StridedCopy(const TensorView& tensor)
      : tensor_(tensor),
        item_(static_cast<std::ptrdiff_t>(item_size(tensor.dtype))),
        outer_(tensor.shape.size()) {
    while (outer_ > 0 && (tensor.shape[outer_ - 1] == 1 || tensor.strides[outer_ - 1] == block_)) {
      --outer_;
      block_ *= tensor.shape[outer_];
    }
  }

  void run(std::byte* target) const {
    const std::byte* source = tensor_.storage_bytes.data() + tensor_.offset * item_;
    std::vector<std::int64_t> index(outer_, 0);
    const auto bytes = static_cast<std::size_t>(block_ * item_);
    for (bool more = true; more; target += bytes) {
      std::memcpy(target, source, bytes);
      more = advance(index, source);
    }
  }

 private:
  bool advance(std::vector<std::int64_t>& index, const std::byte*& source) const {
    for (std::size_t axis = outer_; axis-- > 0;) {
      source += tensor_.strides[axis] * item_;
      if (++index[axis] < tensor_.shape[axis]) return true;
      source -= tensor_.strides[axis] * item_ * tensor_.shape[axis];
      index[axis] = 0;
    }
    return false;
  }

  const TensorView& tensor_;
  std::ptrdiff_t item_;
  std::size_t outer_;
  std::int64_t block_ = 1;
};

}  // namespace

std::string_view to_string(DType dtype) noexcept {
  return traits_of(dtype).name;
}

std::size_t item_size(DType dtype) noexcept {
  return traits_of(dtype).size;
}

bool is_floating(DType dtype) noexcept {
  return traits_of(dtype).floating;
}

std::optional<DType> dtype_named(std::string_view name) noexcept {
  for (const DTypeTraits& traits : kDTypes) {
    if (traits.name == name) return traits.dtype;
  }
  return std::nullopt;
}

std::int64_t TensorView::numel() const noexcept {
  std::int64_t product = 1;
  for (const std::int64_t size : shape) product *= size;
  return product;
}

std::size_t TensorView::packed_size() const noexcept {
  return static_cast<std::size_t>(numel()) * item_size(dtype);
}

bool TensorView::is_contiguous() const noexcept {
  if (numel() == 0) return true;
  std::int64_t expected = 1;
  for (std::size_t axis = shape.size(); axis-- > 0;) {
    if (shape[axis] != 1 && strides[axis] != expected) return false;
    expected *= shape[axis];
  }
  return true;
}

std::span<const std::byte> TensorView::contiguous_bytes() const noexcept {
  if (!is_contiguous() || numel() == 0) return {};
  return storage_bytes.subspan(static_cast<std::size_t>(offset) * item_size(dtype), packed_size());
}

void TensorView::pack_into(std::span<std::byte> target) const {
  if (target.size() != packed_size()) {
    throw std::invalid_argument(fmt::format("pack_into: {} has {} bytes, the target has {}", name,
                                            packed_size(), target.size()));
  }
  if (!target.empty()) StridedCopy(*this).run(target.data());
  check_file();
}

void TensorView::check_file() const {
  if (file != nullptr) file->check_unchanged();
}

std::vector<std::byte> TensorView::packed() const {
  // A range constructor does not write zeros first, which costs as much as the copy itself.
  const auto bytes = contiguous_bytes();
  if (!bytes.empty()) {
    std::vector<std::byte> copy(bytes.begin(), bytes.end());
    check_file();
    return copy;
  }
  std::vector<std::byte> target(packed_size());
  pack_into(target);
  return target;
}

std::string describe(DType dtype, const std::vector<std::int64_t>& shape) {
  std::string text(to_string(dtype));
  text += " [";
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    text += (axis == 0 ? "" : ", ") + std::to_string(shape[axis]);
  }
  return text + "]";
}

std::string tensor_digest(const TensorView& tensor) {
  Sha256 digest;
  digest.update(describe(tensor.dtype, tensor.shape) + "\n");
  if (tensor.is_contiguous()) {
    digest.update(tensor.contiguous_bytes());
    tensor.check_file();
  } else {
    digest.update(tensor.packed());
  }
  return digest.hex_digest();
}

}  // namespace harness
