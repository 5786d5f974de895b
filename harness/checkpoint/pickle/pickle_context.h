#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/error.h"
#include "harness/checkpoint/pickle/pickle_value.h"

namespace harness {

/// Which file and which opcode is at work, for messages.
struct PickleContext {
  std::string subject;
  std::size_t position = 0;  ///< Of the opcode, in the file (legacy) or in data.pkl (zip).
  /// Under which stands what is being made; empty where that is not known.
  std::string_view key = {};

  /// Throws Error(code, subject, "pickle, byte <position>: '<key>': <detail>").
  [[noreturn]] void fail(ErrorCode code, const std::string& detail) const;
};

/// Arguments as a pickle gives them, read with their types checked. Every method throws
/// Error(kInvalidFile) that names the call and the argument.
class PickleArguments {
 public:
  /// what: the call, as in "torch._utils._rebuild_tensor_v2". tuple: has to be a kTuple.
  PickleArguments(const PickleTree& tree, const PickleContext& context, std::string_view what,
                  ValueId tuple);

  std::size_t size() const noexcept { return items().size(); }
  ValueId id(std::size_t index) const;
  const PickleValue& value(std::size_t index, PickleKind kind) const;
  std::int64_t integer(std::size_t index) const { return value(index, PickleKind::kInt).integer; }
  /// The integers of a tuple or list.
  std::vector<std::int64_t> integers(std::size_t index) const;
  /// True for an argument that is there and not None.
  bool has(std::size_t index) const noexcept;

  [[noreturn]] void fail(const std::string& detail) const;

 private:
  /// Not a copy: calls of a hostile file share their arguments.
  const std::vector<ValueId>& items() const noexcept { return tree_[tuple_].items; }

  const PickleTree& tree_;
  const PickleContext& context_;
  std::string what_;
  ValueId tuple_;
};

}  // namespace harness
