#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/checkpoint/pickle/python_value.h"

namespace harness {

/// Writes values as one pickle of protocol 2 (Python's pickletools describes the opcodes) and
/// collects the storages that its tensors are views of. The only names in it are those that
/// torch.load(weights_only=True) allows.
class PickleWriter {
 public:
  struct Storage {
    std::string key;  ///< "0", "1", ... in the order in which tensors ask for them.
    DType dtype = DType::kFloat32;
    std::span<const std::byte> bytes;
  };

  /// with_view_metadata: storages carry a fifth element, None, as in legacy streams.
  explicit PickleWriter(bool with_view_metadata) : with_view_metadata_(with_view_metadata) {}

  /// The pickle of one value. Storages of several calls add up.
  /// Throws std::invalid_argument (checkpoint_writer.h says for what).
  std::string write(const PythonValue& value);

  const std::vector<Storage>& storages() const noexcept { return storages_; }

 private:
  void put(const PythonValue& value);
  void put_int(std::int64_t value);
  void put_float(double value);
  void put_text(std::string_view text);
  /// A text or a name that comes again and again: written once, then referred to.
  void put_once(const std::string& pickled);
  void put_constant(std::string_view text);
  void put_global(std::string_view module, std::string_view name);
  void put_bytes(std::string_view bytes);
  void put_items(const PythonValue::Items& items, std::size_t step, char one, char many);
  void put_tuple(const PythonValue::Items& items);
  void put_ordered_dict(const PythonValue* value);
  void put_container(const PythonValue& value);
  void put_integers(const std::vector<std::int64_t>& values);
  void put_tensor(const TensorView& tensor);
  const Storage& storage_of(const TensorView& tensor);

  bool with_view_metadata_;
  int depth_ = 0;
  std::string out_;
  std::map<std::string, std::uint8_t> memo_;
  std::vector<Storage> storages_;
  std::map<std::pair<const std::byte*, std::size_t>, std::size_t> storage_index_;
};

}  // namespace harness
