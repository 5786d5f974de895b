#include "harness/checkpoint/pickle/pickle_context.h"

#include "harness/base/unicode.h"

namespace harness {

void PickleContext::fail(ErrorCode code, const std::string& detail) const {
  throw Error(code, subject,
              "pickle, byte " + std::to_string(position) + ": " + for_message(detail));
}

PickleArguments::PickleArguments(const PickleTree& tree, const PickleContext& context,
                                 std::string_view what, ValueId tuple)
    : tree_(tree), context_(context), what_(what) {
  if (tree[tuple].kind != PickleKind::kTuple) {
    fail("expected a tuple of arguments, got " + std::string(describe(tree[tuple].kind)));
  }
  items_ = tree[tuple].items;
}

void PickleArguments::fail(const std::string& detail) const {
  context_.fail(ErrorCode::kInvalidFile, what_ + ": " + detail);
}

ValueId PickleArguments::id(std::size_t index) const {
  if (index >= items_.size()) {
    fail("expected at least " + std::to_string(index + 1) + " arguments, got " +
         std::to_string(items_.size()));
  }
  return items_[index];
}

const PickleValue& PickleArguments::value(std::size_t index, PickleKind kind) const {
  const PickleValue& value = tree_[id(index)];
  if (value.kind != kind) {
    fail("argument " + std::to_string(index + 1) + ": expected " + std::string(describe(kind)) +
         ", got " + std::string(describe(value.kind)));
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
      fail("argument " + std::to_string(index + 1) + ": expected integers, got " +
           std::string(describe(tree_[item].kind)));
    }
    numbers.push_back(tree_[item].integer);
  }
  return numbers;
}

bool PickleArguments::has(std::size_t index) const noexcept {
  return index < items_.size() && tree_[items_[index]].kind != PickleKind::kNone;
}

}  // namespace harness
