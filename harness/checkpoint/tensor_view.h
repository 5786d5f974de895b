#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace harness {

class MappedFile;

/// Element types a checkpoint can hold.
enum class DType {
  kFloat16,
  kBFloat16,
  kFloat32,
  kFloat64,
  kInt8,
  kInt16,
  kInt32,
  kInt64,
  kUInt8,
  kBool,
  kUInt16,
  kUInt32,
  kUInt64,
  kComplex32,
  kComplex64,
  kComplex128,
  kFloat8E4M3FN,
  kFloat8E4M3FNUZ,
  kFloat8E5M2,
  kFloat8E5M2FNUZ,
  kFloat8E8M0FNU,
  kQInt8,  ///< The integers of a quantised tensor; its scale and zero point are not read.
  kQUInt8,
  kQInt32
};

/// "float16", "int64", ... as PyTorch prints them after "torch.".
std::string_view to_string(DType dtype) noexcept;
std::optional<DType> dtype_named(std::string_view name) noexcept;
std::size_t item_size(DType dtype) noexcept;
/// Floating point of any width; complex numbers are made of it.
bool is_floating(DType dtype) noexcept;

/// A tensor as a view of a storage inside the mapped file: nothing is copied. The bytes live as
/// long as the Checkpoint. They may be unaligned (legacy streams): read them with memcpy.
struct TensorView {
  std::string name;  ///< Dotted path inside the file without the state dict's own key:
                     ///< "backbone.stem.0.weight".
  DType dtype = DType::kFloat32;
  std::vector<std::int64_t> shape{};
  std::vector<std::int64_t> strides{};  ///< In elements.
  std::int64_t offset = 0;              ///< First element, in elements from the storage's start.
  std::int64_t storage = 0;  ///< Index of the storage; tensors that share one are views of it.
  std::span<const std::byte> storage_bytes{};  ///< The whole storage.
  const MappedFile* file = nullptr;  ///< Where the bytes lie; null when they are the caller's.

  std::int64_t numel() const noexcept;
  std::size_t packed_size() const noexcept;  ///< Bytes of packed().
  bool is_contiguous() const noexcept;
  /// The elements in row-major order, packed: what torch's tensor.contiguous() holds. Like all that
  /// reads elements, throws Error(kInvalidFile) when another program changes the file meanwhile.
  std::vector<std::byte> packed() const;
  /// packed(), into memory of the caller's. Throws std::invalid_argument unless `target` has
  /// packed_size() bytes.
  void pack_into(std::span<std::byte> target) const;
  /// The packed elements where they lie in the file; empty when the tensor is not contiguous. Who
  /// has read them calls check_file().
  std::span<const std::byte> contiguous_bytes() const noexcept;
  /// MappedFile::check_unchanged() of the tensor's file.
  void check_file() const;
};

/// "float32 [2, 3]", as messages and tables show it.
std::string describe(DType dtype, const std::vector<std::int64_t>& shape);

/// sha256 over dtype, shape and packed bytes: equal for equal tensors however they are stored.
/// The text hashed is "<dtype> [d0, d1]\n" followed by the packed little-endian bytes.
std::string tensor_digest(const TensorView& tensor);

}  // namespace harness
