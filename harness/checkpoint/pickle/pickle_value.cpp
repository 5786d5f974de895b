#include "harness/checkpoint/pickle/pickle_value.h"

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

namespace harness {

std::string_view describe(PickleKind kind) noexcept {
  switch (kind) {
    case PickleKind::kNone:
      return "None";
    case PickleKind::kBool:
      return "a boolean";
    case PickleKind::kInt:
    case PickleKind::kBigInt:
      return "an integer";
    case PickleKind::kFloat:
      return "a float";
    case PickleKind::kString:
      return "a string";
    case PickleKind::kBytes:
      return "bytes";
    case PickleKind::kList:
      return "a list";
    case PickleKind::kTuple:
      return "a tuple";
    case PickleKind::kSet:
      return "a set";
    case PickleKind::kDict:
      return "a dict";
    case PickleKind::kGlobal:
      return "a class";
    case PickleKind::kOpaque:
      return "an object";
    case PickleKind::kStorage:
      return "a storage";
    case PickleKind::kTensor:
      return "a tensor";
  }
  return "something else";
}

PickleTree::PickleTree() {
  values_.reserve(kFirstSmallInt + kSmallInts);
  values_.push_back({});
  values_.push_back({.kind = PickleKind::kBool, .integer = 0});
  values_.push_back({.kind = PickleKind::kBool, .integer = 1});
  for (std::int64_t value = 0; value < kSmallInts; ++value) {
    values_.push_back({.kind = PickleKind::kInt, .integer = value});
  }
}

void PickleTree::charge(std::size_t count) {
  if (count > kMaxValues - charged_) {
    throw std::length_error(fmt::format("expected at most {} values, got more", kMaxValues));
  }
  charged_ += count;
}

ValueId PickleTree::add(PickleValue value) {
  charge(1);
  values_.push_back(std::move(value));
  return static_cast<ValueId>(values_.size() - 1);
}

std::string_view PickleTree::keep(std::string text) {
  if (text.size() > kMaxCopiedText - copied_text_) {
    throw std::length_error(fmt::format(
        "expected at most {} bytes of text that has to be converted, got more", kMaxCopiedText));
  }
  copied_text_ += text.size();
  return texts_.emplace_back(std::move(text));
}

ValueId PickleTree::add_text(PickleKind kind, std::string text) {
  return add({.kind = kind, .text = keep(std::move(text))});
}

ValueId PickleTree::add_int(std::int64_t value) {
  if (value >= 0 && value < kSmallInts) return kFirstSmallInt + static_cast<ValueId>(value);
  return add({.kind = PickleKind::kInt, .integer = value});
}

ValueId PickleTree::add_opaque(std::string_view class_name, GlobalRole role, ValueId arguments) {
  PickleValue value{.kind = PickleKind::kOpaque, .role = role, .text = class_name};
  value.items.assign(kOpaqueParts, kNoValue);
  value.items[kArguments] = arguments;
  return add(std::move(value));
}

}  // namespace harness
