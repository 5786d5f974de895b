#include "harness/checkpoint/pickle/pickle_stack.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <string>
#include <system_error>

#include "harness/base/unicode.h"

namespace harness {
namespace {

[[noreturn]] void refuse(const std::string& detail) {
  throw std::invalid_argument(detail);
}

void check_count(std::size_t count) {
  if (count >= PickleTree::kMaxValues) {
    refuse(fmt::format("expected a stack of at most {} values, got more", PickleTree::kMaxValues));
  }
}

}  // namespace

void PickleStack::push(ValueId value) {
  check_count(values_.size());
  values_.push_back(value);
}

void PickleStack::push_mark() {
  check_count(marks_.size());
  marks_.push_back(values_.size());
}

std::size_t PickleStack::reachable() const {
  return values_.size() - (marks_.empty() ? 0 : marks_.back());
}

void PickleStack::need(std::size_t count) const {
  if (reachable() < count) {
    refuse(fmt::format("expected {} values on the stack, got {}", count, reachable()));
  }
}

ValueId PickleStack::top() const {
  need(1);
  return values_.back();
}

ValueId PickleStack::pop() {
  const ValueId value = top();
  values_.pop_back();
  return value;
}

std::vector<ValueId> PickleStack::take(std::size_t count) {
  need(count);
  std::vector<ValueId> taken(values_.end() - static_cast<std::ptrdiff_t>(count), values_.end());
  values_.resize(values_.size() - count);
  return taken;
}

std::vector<ValueId> PickleStack::take_marked() {
  if (marks_.empty()) refuse("expected a mark on the stack, got none");
  const std::size_t count = reachable();
  marks_.pop_back();
  return take(count);
}

void PickleStack::drop() {
  if (!marks_.empty() && reachable() == 0) {
    marks_.pop_back();
  } else {
    pop();
  }
}

std::optional<ValueId> PickleStack::key_below(const PickleTree& tree) const {
  constexpr std::size_t kMostNames = 4;  // A class, a parameter, a subclass and its function.
  for (std::size_t depth = 1; depth <= std::min(values_.size(), kMostNames + 1); ++depth) {
    const ValueId value = values_[values_.size() - depth];
    if (tree[value].kind == PickleKind::kString) return value;
    if (tree[value].kind != PickleKind::kGlobal) break;
  }
  return std::nullopt;
}

ValueId PickleStack::result() const {
  if (values_.size() != 1 || !marks_.empty()) {
    refuse(fmt::format("expected one value at the end, got {} and {} marks", values_.size(),
                       marks_.size()));
  }
  return values_.back();
}

void PickleStack::remember(std::size_t index) {
  check_count(memo_.size());
  memo_[index] = top();
}

void PickleStack::recall(std::size_t index) {
  const auto found = memo_.find(index);
  if (found == memo_.end()) refuse(fmt::format("expected memo {}, got none", index));
  push(found->second);
}

std::size_t PickleStack::memo_index(std::string_view line) {
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), index);
  if (error != std::errc() || end != line.data() + line.size()) {
    refuse("expected a memo index, got \"" + repair_utf8(line.substr(0, 20)) + "\"");
  }
  return index;
}

}  // namespace harness
