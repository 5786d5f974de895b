#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/json.h"

namespace harness {

/// Element types a checkpoint can hold.
enum class DType { kFloat16, kBFloat16, kFloat32, kFloat64, kInt8, kInt16, kInt32, kInt64, kUInt8, kBool };

/// "float16", "int64", ... as PyTorch prints them after "torch.".
std::string_view to_string(DType dtype) noexcept;
std::size_t item_size(DType dtype) noexcept;

/// A tensor as a view of a storage inside the mapped file: nothing is copied. The bytes live as long
/// as the Checkpoint. They may be unaligned (legacy streams): read them with memcpy.
struct TensorView {
  std::string name;  ///< Dotted path inside the file without the state dict's own key:
                     ///< "backbone.stem.0.weight".
  DType dtype = DType::kFloat32;
  std::vector<std::int64_t> shape;
  std::vector<std::int64_t> strides;  ///< In elements.
  std::int64_t offset = 0;            ///< First element, in elements from the storage's start.
  std::int64_t storage = 0;           ///< Index of the storage; tensors that share one are views of it.
  std::span<const std::byte> storage_bytes;  ///< The whole storage.

  std::int64_t numel() const noexcept;
  bool is_contiguous() const noexcept;
  /// The elements in row-major order, packed: what torch's tensor.contiguous() holds.
  std::vector<std::byte> packed() const;
};

enum class CheckpointFormat { kLegacy, kZip };
std::string_view to_string(CheckpointFormat format) noexcept;  ///< "legacy" or "zip".

/// A `.pth` file, read without executing any of it (docs/checkpoint_format.md).
class Checkpoint {
 public:
  /// Throws Error(kIo), Error(kInvalidFile) (truncated, inconsistent), Error(kUnsafePickle) (an
  /// opcode or a global off the allow-list).
  static Checkpoint open(const std::filesystem::path& path);

  CheckpointFormat format() const noexcept;
  std::uintmax_t file_size() const noexcept;

  /// The entries of the state dict in file order: of the top-level key "state_dict" where there is
  /// one, else of the top-level mapping itself.
  const std::vector<TensorView>& state_dict() const noexcept;

  /// Tensors outside the state dict (optimizer state, bare tensors), by dotted path.
  const std::vector<TensorView>& other_tensors() const noexcept;

  /// Everything that is not a tensor, as JSON: tuples and sets become arrays, byte strings and
  /// classes that are not known become {"__class__": name, ...}, a tensor becomes
  /// {"__tensor__": "float32 [2, 3]"}. The value of the key "state_dict" is left out.
  const Json& top_level() const noexcept;
  /// top_level()["meta"], or null.
  const Json& meta() const noexcept;

  Checkpoint(Checkpoint&&) noexcept;
  Checkpoint& operator=(Checkpoint&&) noexcept;
  ~Checkpoint();

 private:
  struct Contents;
  explicit Checkpoint(std::unique_ptr<Contents> contents);
  std::unique_ptr<Contents> contents_;
};

/// sha256 over dtype, shape and packed bytes: equal for equal tensors however they are stored.
/// The text hashed is "<dtype> [d0, d1]\n" followed by the packed little-endian bytes.
std::string tensor_digest(const TensorView& tensor);

/// What the values of a tensor say without any arithmetic on them.
struct TensorStatistics {
  std::int64_t elements = 0;
  std::int64_t non_finite = 0;
  std::int64_t zeros = 0;
  std::int64_t half_subnormals = 0;  ///< 0 < |x| < 2^-14: what FP16 keeps with fewer digits.
  std::int64_t above_half_max = 0;   ///< Finite and |x| > 65504.
  std::int64_t not_half_exact = 0;   ///< Finite and changed by rounding to FP16.
  double max_abs = 0.0;              ///< Over finite elements.
};
TensorStatistics statistics_of(const TensorView& tensor);

}  // namespace harness
