#include "harness/checkpoint/pickle/pickle_context.h"

#include <fmt/format.h>

#include "harness/base/unicode.h"

namespace harness {

void PickleContext::fail(ErrorCode code, const std::string& detail) const {
  const std::string made = key.empty() ? "" : fmt::format("'{}': ", for_message(key));
  throw Error(code, subject,
              fmt::format("pickle, byte {}: {}{}", position, made, for_message(detail)));
}

PickleArguments::PickleArguments(const PickleTree& tree, const PickleContext& context,
                                 std::string_view what, ValueId tuple)
    : tree_(tree), context_(context), what_(what), tuple_(tuple) {
  if (tree[tuple].kind != PickleKind::kTuple) {
    fail(fmt::format("expected a tuple of arguments, got {}", describe(tree[tuple].kind)));
  }
}

void PickleArguments::fail(const std::string& detail) const {
  context_.fail(ErrorCode::kInvalidFile, fmt::format("{}: {}", what_, detail));
}

ValueId PickleArguments::id(std::size_t index) const {
  if (index >= items().size()) {
    fail(fmt::format("expected at least {} arguments, got {}", index + 1, items().size()));
  }
  return items()[index];
}

const PickleValue& PickleArguments::value(std::size_t index, PickleKind kind) const {
  const PickleValue& value = tree_[id(index)];
  if (value.kind != kind) {
    fail(fmt::format("argument {}: expected {}, got {}", index + 1, describe(kind),
                     describe(value.kind)));
  }
  return value;
}

std::vector<std::int64_t> PickleArguments::integers(std::size_t index) const {
  const PickleValue& list = tree_[id(index)];
  if (list.kind != PickleKind::kList && list.kind != PickleKind::kTuple) {
    value(index, PickleKind::kTuple);
  }
  std::vector<std::int64_t> numbers;
  for (const ValueId item : list.items) {
    if (tree_[item].kind != PickleKind::kInt) {
      fail(fmt::format("argument {}: expected integers, got {}", index + 1,
                       describe(tree_[item].kind)));
    }
    numbers.push_back(tree_[item].integer);
  }
  return numbers;
}

bool PickleArguments::has(std::size_t index) const noexcept {
  return index < items().size() && tree_[items()[index]].kind != PickleKind::kNone;
}

}  // namespace harness
