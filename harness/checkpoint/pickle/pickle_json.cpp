#include "harness/checkpoint/pickle/pickle_json.h"

#include <fmt/format.h>

#include <utility>

#include "harness/base/error.h"
#include "harness/base/ordered_object.h"
#include "harness/base/sha256.h"
#include "harness/base/unicode.h"
#include "harness/checkpoint/pickle/numpy_json.h"
#include "harness/checkpoint/pickle/pickle_cycles.h"

namespace harness {
namespace {

constexpr std::size_t kExtraValues = std::size_t{1} << 17;
/// What {"__class__": ...} takes, in values.
constexpr std::size_t kMembers = 3;
constexpr std::size_t kShownBytes = 64;
constexpr std::size_t kMaxTupleKey = 256;

Json bytes_to_json(std::string_view bytes) {
  Json json = {{"__class__", "bytes"}, {"size", bytes.size()}};
  if (bytes.size() > kShownBytes) {
    json["sha256"] = sha256_hex(bytes);
    return json;
  }
  constexpr char kHex[] = "0123456789abcdef";
  std::string hex;
  for (const char byte : bytes) {
    hex += kHex[static_cast<unsigned char>(byte) >> 4];
    hex += kHex[static_cast<unsigned char>(byte) & 0xf];
  }
  json["hex"] = hex;
  return json;
}

Json storage_to_json(const PickleTree& tree, const PickleValue& value) {
  const StorageSlice& slice = tree.slices[static_cast<std::size_t>(value.integer)];
  const auto dtype = tree.storages[slice.storage].dtype.value_or(DType::kUInt8);
  return {{"__storage__", describe(dtype, {slice.elements})}};
}

Json scalar_to_json(const PickleTree& tree, const PickleValue& value) {
  switch (value.kind) {
    case PickleKind::kBool:
      return value.integer != 0;
    case PickleKind::kInt:
      return value.integer;
    case PickleKind::kFloat:
      return number_or_null(value.real);
    case PickleKind::kBigInt:
    case PickleKind::kString:
      return value.text;
    case PickleKind::kBytes:
      return bytes_to_json(value.text);
    case PickleKind::kStorage:
      return storage_to_json(tree, value);
    case PickleKind::kGlobal:
      if (value.role == GlobalRole::kTorchDtype) return value.text;
      return {{"__class__", "type"}, {"name", value.text}};
    default:
      return nullptr;
  }
}

/// torch.device('cuda', 0) as torch prints it; empty for other arguments.
std::string device_text(const PickleTree& tree, const PickleValue& device) {
  const PickleValue& arguments = tree[device.items[kArguments]];
  std::string text;
  for (const ValueId item : arguments.items) {
    const PickleValue& value = tree[item];
    if (value.kind == PickleKind::kString && text.empty()) {
      text = value.text;
    } else if (value.kind == PickleKind::kInt && !text.empty()) {
      text += fmt::format(":{}", value.integer);
    }
  }
  return text;
}

}  // namespace

std::string key_text(const PickleTree& tree, ValueId key) {
  const PickleValue& value = tree[key];
  switch (value.kind) {
    case PickleKind::kString:
      return std::string(value.text);
    case PickleKind::kInt:
      return std::to_string(value.integer);
    case PickleKind::kBool:
      return value.integer != 0 ? "True" : "False";
    case PickleKind::kNone:
      return "None";
    case PickleKind::kFloat:
      return Json(value.real).dump();
    case PickleKind::kTuple: {
      std::string text = "(";
      for (const ValueId item : value.items) {
        // A key is a label here and nothing more: a long one is cut short.
        if (text.size() > kMaxTupleKey) return text + ", ...)";
        const bool nested = tree[item].kind == PickleKind::kTuple;
        text += (text.size() == 1 ? "" : ", ") + (nested ? "(...)" : key_text(tree, item));
      }
      return text + ")";
    }
    case PickleKind::kTensor:
      // The parameters of an optimizer that was saved whole.
      return fmt::format("tensor {}", value.integer);
    case PickleKind::kOpaque:
      return fmt::format("object {}", key);
    default:
      return std::string(describe(value.kind));
  }
}

PickleToJson::PickleToJson(const PickleTree& tree, std::string_view subject)
    : tree_(tree),
      subject_(subject),
      within_themselves_(values_within_themselves(tree)),
      values_left_(tree.size() + kExtraValues) {
  // A list of many small integers has fewer values than places: they share theirs.
  for (ValueId id = 0; id < tree.size(); ++id) values_left_ += tree[id].items.size();
}

void PickleToJson::fail(const std::string& detail) const {
  throw Error(ErrorCode::kInvalidFile, subject_,
              fmt::format("pickle: {}: {}", for_message(name_), detail));
}

void PickleToJson::spend(std::size_t values, std::size_t text) {
  if (values > values_left_ || text > text_left_) {
    fail("expected values in proportion to the file, got containers that repeat each other");
  }
  values_left_ -= values;
  text_left_ -= text;
}

Json PickleToJson::convert(ValueId id, const std::string& name) {
  name_ = name;
  depth_ = 0;
  return convert(id);
}

Json PickleToJson::convert_child(ValueId id, const std::string& key) {
  const std::size_t length = name_.size();
  name_ += (name_.empty() ? "" : ".") + key;
  Json json = convert(id);
  name_.resize(length);
  return json;
}

Json PickleToJson::convert(ValueId id) {
  const PickleValue& value = tree_[id];
  spend(1, value.text.size());
  if (within_themselves_[id]) {
    const auto [shown, is_first] = shown_.try_emplace(id, name_);
    spend(1, shown->second.size());
    if (!is_first) return {{"__same_as__", shown->second}};
  }
  switch (value.kind) {
    case PickleKind::kList:
    case PickleKind::kTuple:
    case PickleKind::kSet:
      return nested([&] { return convert_sequence(value); });
    case PickleKind::kDict:
      return nested([&] { return convert_dict(value); });
    case PickleKind::kOpaque:
      return nested([&] { return convert_opaque(value); });
    case PickleKind::kTensor:
      return convert_tensor(value);
    case PickleKind::kBytes:
      spend(kMembers, 0);
      return scalar_to_json(tree_, value);
    default:
      return scalar_to_json(tree_, value);
  }
}

template <typename Convert>
Json PickleToJson::nested(Convert convert_value) {
  if (depth_ == kMaxDepth) {
    fail(fmt::format("expected nesting of at most {}, got more", kMaxDepth));
  }
  ++depth_;
  Json json = convert_value();
  --depth_;
  return json;
}

Json PickleToJson::convert_tensor(const PickleValue& value) {
  const auto index = static_cast<std::size_t>(value.integer);
  const PickledTensor& tensor = tree_.tensors[index];
  spend(tensor.shape.size(), name_.size());
  tensors_.push_back({name_, index});
  return {{"__tensor__", describe(tensor.dtype, tensor.shape)}};
}

Json PickleToJson::convert_sequence(const PickleValue& value) {
  Json array = Json::array();
  for (std::size_t index = 0; index < value.items.size(); ++index) {
    array.push_back(convert_child(value.items[index], std::to_string(index)));
  }
  return array;
}

Json PickleToJson::convert_dict(const PickleValue& value) {
  OrderedObject object;
  for (std::size_t index = 0; index + 1 < value.items.size(); index += 2) {
    if (value.items[index + 1] == left_out_) continue;
    const std::string key = key_text(tree_, value.items[index]);
    spend(1, key.size());
    object.set(key, convert_child(value.items[index + 1], key));
  }
  return object.take();
}

/// The parts of a sparse tensor stand under its name.
Json PickleToJson::convert_unread(const PickleValue& value) {
  spend(kMembers, name_.size());
  unread_.push_back({name_, std::string(value.text)});
  Json json = {{"__tensor__", value.text}, {"read", false}};
  const ValueId parts = value.items[kEntries];
  if (parts == kNoValue) return json;
  const auto& items = tree_[parts].items;
  for (std::size_t index = 0; index + 1 < items.size(); index += 2) {
    const std::string key = key_text(tree_, items[index]);
    json[key] = convert_child(items[index + 1], key);
  }
  return json;
}

Json PickleToJson::convert_opaque(const PickleValue& value) {
  if (auto number = numpy_to_json(tree_, value)) return std::move(*number);
  if (value.role == GlobalRole::kTorchDevice) return device_text(tree_, value);
  if (value.role == GlobalRole::kSparse) return convert_unread(value);
  spend(kMembers, 0);
  Json object = {{"__class__", value.text}};
  constexpr std::string_view kNames[kOpaqueParts] = {"args", "state", "elements", "entries"};
  for (std::size_t part = 0; part < kOpaqueParts; ++part) {
    const ValueId id = value.items[part];
    if (id == kNoValue || (part == kArguments && tree_[id].items.empty())) continue;
    object[std::string(kNames[part])] = convert_child(id, std::string(kNames[part]));
  }
  return object;
}

}  // namespace harness
