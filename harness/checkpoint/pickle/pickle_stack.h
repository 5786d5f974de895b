#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "harness/checkpoint/pickle/pickle_value.h"

namespace harness {

/// The working memory of a pickle: values, marks between them, and the memo. One byte of a pickle
/// can push one of each, so none may outgrow PickleTree::kMaxValues.
///
/// Every method throws std::invalid_argument, with expected and actual, for what a pickle may not
/// do.
class PickleStack {
 public:
  void push(ValueId value);
  void push_mark();
  /// Values below the innermost mark are out of reach, as they are in Python.
  ValueId top() const;
  ValueId pop();
  /// The last `count` values, first pushed first.
  std::vector<ValueId> take(std::size_t count);
  /// Everything above the innermost mark, and the mark.
  std::vector<ValueId> take_marked();
  /// POP: a value or, where there is none above it, a mark.
  void drop();
  /// The text below the names on top of the stack: the key under which stands what a call of them
  /// makes ("conv.weight"). Nothing where another value lies there.
  std::optional<ValueId> key_below(const PickleTree& tree) const;
  /// The one value that a finished pickle leaves.
  ValueId result() const;

  void remember(std::size_t index);
  void remember_next() { remember(memo_.size()); }
  void recall(std::size_t index);
  /// An index that stands as decimal text.
  static std::size_t memo_index(std::string_view line);

 private:
  std::size_t reachable() const;
  void need(std::size_t count) const;

  std::vector<ValueId> values_;
  std::vector<std::size_t> marks_;
  std::unordered_map<std::size_t, ValueId> memo_;
};

}  // namespace harness
