#include "harness/checkpoint/pickle/python_calls.h"

#include <algorithm>
#include <cstdlib>
#include <string_view>

namespace harness {
namespace {

bool is_integer(const PickleValue& value) {
  return value.kind == PickleKind::kInt || value.kind == PickleKind::kBigInt;
}

bool is_number(const PickleValue& value) {
  return is_integer(value) || value.kind == PickleKind::kFloat || value.kind == PickleKind::kBool;
}

bool is_sequence(const PickleValue& value) {
  return value.kind == PickleKind::kList || value.kind == PickleKind::kTuple;
}

class Call {
 public:
  Call(const PickleTree& tree, ValueId callable, ValueId arguments)
      : tree_(tree), name_(tree[callable].text), items_(tree[arguments].items) {
    is_tuple_ = tree[arguments].kind == PickleKind::kTuple;
  }

  bool is_harmless(GlobalRole role) const {
    if (!is_tuple_) return false;
    switch (role) {
      case GlobalRole::kLogger:
        return items_.empty() || (has(1) && is(0, PickleKind::kString));
      case GlobalRole::kArray:
        return name_ == "array.array" ? is_plain_array() : is_rebuilt_array();
      case GlobalRole::kStructTime:
        return (has(1) || (has(2) && is(1, PickleKind::kDict))) && is_sequence(at(0));
      case GlobalRole::kRandom:
        return items_.empty() || (has(1) && is_seed(at(0)));
      case GlobalRole::kZone:
        return has(2) && is(0, PickleKind::kString) && is_zone(at(0).text) && is_number(at(1));
      case GlobalRole::kTypeAlias:
        return is_alias();
      default:
        return false;
    }
  }

 private:
  const PickleValue& at(std::size_t index) const { return tree_[items_[index]]; }
  bool has(std::size_t count) const { return items_.size() == count; }
  bool is(std::size_t index, PickleKind kind) const { return at(index).kind == kind; }

  static bool is_seed(const PickleValue& value) {
    return is_number(value) || value.kind == PickleKind::kNone ||
           value.kind == PickleKind::kString || value.kind == PickleKind::kBytes;
  }

  bool are_numbers(const PickleValue& values) const {
    return is_sequence(values) && std::ranges::all_of(values.items, [this](ValueId item) {
             return is_number(tree_[item]);
           });
  }

  bool is_plain_array() const {
    if (!(has(1) || has(2)) || !is(0, PickleKind::kString)) return false;
    return has(1) || is(1, PickleKind::kBytes) || is(1, PickleKind::kString) || are_numbers(at(1));
  }

  bool is_rebuilt_array() const {
    return has(4) && is(0, PickleKind::kGlobal) && at(0).text == "array.array" &&
           is(1, PickleKind::kString) && is_integer(at(2)) && is(3, PickleKind::kBytes);
  }

  /// "Europe/Berlin", "Etc/GMT+1": no dots, no empty parts, nothing absolute.
  static bool is_zone(std::string_view key) {
    constexpr std::size_t kLongest = 64;
    if (key.empty() || key.size() > kLongest || key.front() == '/' || key.back() == '/' ||
        key.find("//") != std::string_view::npos) {
      return false;
    }
    return std::ranges::all_of(key, [](char c) {
      const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      return is_letter || (c >= '0' && c <= '9') ||
             std::string_view("_+-/").find(c) != std::string_view::npos;
    });
  }

  bool is_alias() const {
    if (!has(2) || !is(0, PickleKind::kGlobal) || !at(0).may_be_held) return false;
    if (name_ == "operator.getitem" && !at(0).text.starts_with("typing.")) return false;
    constexpr int kDepth = 8;
    const bool is_literal = name_ == "operator.getitem" && at(0).text == "typing.Literal";
    return is_type(items_[1], is_literal, kDepth);
  }

  bool is_type(ValueId id, bool is_literal, int depth) const {
    const PickleValue& value = tree_[id];
    switch (value.kind) {
      case PickleKind::kNone:
        return true;
      case PickleKind::kBool:
      case PickleKind::kInt:
      case PickleKind::kString:
      case PickleKind::kBytes:
        return is_literal;
      case PickleKind::kGlobal:
        return value.trust != GlobalTrust::kUnknown;
      case PickleKind::kOpaque:
        return value.role == GlobalRole::kTypeAlias;
      case PickleKind::kList:
      case PickleKind::kTuple:
        return depth > 0 && std::ranges::all_of(value.items, [&](ValueId item) {
                 return is_type(item, is_literal, depth - 1);
               });
      default:
        return false;
    }
  }

  const PickleTree& tree_;
  std::string_view name_;
  const std::vector<ValueId>& items_;
  bool is_tuple_ = false;
};

/// (3, 625 integers, None or a number), which is what getstate() gives.
bool is_random_state(const PickleTree& tree, const PickleValue& state) {
  if (state.kind != PickleKind::kTuple || state.items.size() != 3) return false;
  const PickleValue& numbers = tree[state.items[1]];
  const PickleValue& gauss = tree[state.items[2]];
  return is_integer(tree[state.items[0]]) && numbers.kind == PickleKind::kTuple &&
         std::ranges::all_of(numbers.items, [&](ValueId item) { return is_integer(tree[item]); }) &&
         (gauss.kind == PickleKind::kNone || is_number(gauss));
}

}  // namespace

bool is_harmless_call(const PickleTree& tree, ValueId callable, ValueId arguments) {
  return Call(tree, callable, arguments).is_harmless(tree[callable].role);
}

bool is_harmless_state(const PickleTree& tree, ValueId object, ValueId state) {
  switch (tree[object].role) {
    // Both are the whole program's, and pickle gives neither a state.
    case GlobalRole::kLogger:
    case GlobalRole::kTypeAlias:
      return false;
    case GlobalRole::kRandom:
      return is_random_state(tree, tree[state]);
    default:
      return true;
  }
}

std::optional<std::vector<std::int64_t>> integers_of_range(const PickleTree& tree, ValueId value) {
  constexpr std::size_t kMost = std::size_t{1} << 16;
  constexpr std::int64_t kBound = std::int64_t{1} << 48;
  const PickleValue& range = tree[value];
  if (range.kind != PickleKind::kOpaque || range.text != "builtins.range") return std::nullopt;
  const auto& given = tree[range.items[kArguments]].items;
  if (given.empty() || given.size() > 3) return std::nullopt;
  std::vector<std::int64_t> bounds;
  for (const ValueId id : given) {
    const PickleValue& bound = tree[id];
    if (bound.kind != PickleKind::kInt || std::abs(bound.integer) > kBound) return std::nullopt;
    bounds.push_back(bound.integer);
  }
  const std::int64_t first = bounds.size() > 1 ? bounds[0] : 0;
  const std::int64_t end = bounds.size() > 1 ? bounds[1] : bounds[0];
  const std::int64_t step = bounds.size() > 2 ? bounds[2] : 1;
  if (step == 0) return std::nullopt;
  std::vector<std::int64_t> numbers;
  for (std::int64_t at = first; step > 0 ? at < end : at > end; at += step) {
    if (numbers.size() == kMost) return std::nullopt;
    numbers.push_back(at);
  }
  return numbers;
}

std::optional<std::string> bytes_of_numbers(const PickleTree& tree, ValueId value) {
  constexpr std::int64_t kMost = std::int64_t{1} << 20;
  constexpr std::int64_t kMostOfByte = 255;
  const PickleValue& source = tree[value];
  if (source.kind == PickleKind::kInt && source.integer >= 0 && source.integer <= kMost) {
    return std::string(static_cast<std::size_t>(source.integer), '\0');
  }
  if (!is_sequence(source) || std::ssize(source.items) > kMost) return std::nullopt;
  std::string bytes;
  for (const ValueId id : source.items) {
    const PickleValue& number = tree[id];
    if (number.kind != PickleKind::kInt || number.integer < 0 || number.integer > kMostOfByte) {
      return std::nullopt;
    }
    bytes += static_cast<char>(number.integer);
  }
  return bytes;
}

}  // namespace harness
