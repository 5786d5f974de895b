#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/checkpoint/checkpoint_format.h"
#include "harness/checkpoint/pickle/pickle_json.h"
#include "harness/checkpoint/pickle/unknown_code.h"
#include "harness/checkpoint/tensor_statistics.h"
#include "harness/checkpoint/tensor_view.h"

namespace harness {

/// What is done with a file that has Python run unknown code on loading it. Nothing of it is run
/// here either way.
enum class OnCode { kRefuse, kRecord };

/// A `.pth` file, read without executing any of it (docs/checkpoint_format.md).
class Checkpoint {
 public:
  /// Throws Error(kIo), Error(kInvalidFile) (truncated, inconsistent, changed by another program
  /// while it is read), Error(kUnsafePickle) (Python would run unknown code on loading it).
  static Checkpoint open(const std::filesystem::path& path, OnCode on_code = OnCode::kRefuse);
  /// The same for a file that is mapped already. subject: its path.
  static Checkpoint read(MappedFile file, const std::string& subject,
                         OnCode on_code = OnCode::kRefuse);
  /// The same for a file that lies in memory. bytes: have to outlive the object. subject: its name,
  /// for messages.
  static Checkpoint read(std::span<const std::byte> bytes, const std::string& subject,
                         OnCode on_code = OnCode::kRefuse);

  CheckpointFormat format() const noexcept;
  std::uintmax_t file_size() const noexcept;

  /// The entries of the state dict in file order, wherever it stands (state_dict_search.h): of the
  /// top-level key "state_dict" where there is one. A bare tensor is called "tensor".
  const std::vector<TensorView>& state_dict() const noexcept;
  /// Where it stands: "state_dict", "model.state_dict"; "" for the file's value itself.
  const std::string& state_dict_path() const noexcept;

  /// Tensors outside the state dict (optimizer state, copies), by dotted path.
  const std::vector<TensorView>& other_tensors() const noexcept;
  /// Dotted paths of the states of optimizers; "" where the file itself is one.
  const std::vector<std::string>& optimizers() const noexcept;
  /// Tensors of forms and types that are not read; the parts of a sparse one are. Where no tensor
  /// is found as a weight, numpy's arrays of floats.
  const std::vector<UnreadTensor>& unread_tensors() const noexcept;
  /// What Python would run on loading the file and is not known to be harmless.
  const std::vector<UnknownCode>& unknown_code() const noexcept;

  /// Entries of the state dict in which there is no tensor (a version number, say), as JSON by
  /// name. Empty for nearly every file; what is listed here is no parameter.
  const Json& state_dict_values() const noexcept;

  /// Reads every byte of the storages whose checksum the file says (zip files, unless PyTorch was
  /// told to write none). Throws Error(kInvalidFile) for the first that has another.
  void verify_checksums() const;

  /// Everything that is not a tensor, as JSON: tuples and sets become arrays, byte strings and
  /// classes that are not known become {"__class__": name, ...}, a tensor becomes
  /// {"__tensor__": "float32 [2, 3]"}. The dict at state_dict_path() is left out.
  const Json& top_level() const noexcept;
  /// top_level()["meta"], or null.
  const Json& meta() const noexcept;

  Checkpoint(Checkpoint&&) noexcept;
  Checkpoint& operator=(Checkpoint&&) noexcept;
  ~Checkpoint();

 private:
  struct Contents;
  explicit Checkpoint(std::unique_ptr<Contents> contents);
  static std::unique_ptr<Contents> contents_of(FormattedPickle& file, std::size_t size,
                                               const std::string& subject);
  std::unique_ptr<Contents> contents_;
};

}  // namespace harness
