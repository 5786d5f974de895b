#include "harness/artifact/numpy_json.h"

#include <array>
#include <cstring>
#include <string>

#include "harness/base/float16.h"

namespace harness {
namespace {

constexpr std::size_t kMaxValues = 1024;

struct NumpyType {
  std::string_view code;  ///< numpy's type string without its byte order.
  DType dtype;
};

constexpr std::array<NumpyType, 9> kTypes = {{{"f2", DType::kFloat16},
                                              {"f4", DType::kFloat32},
                                              {"f8", DType::kFloat64},
                                              {"i1", DType::kInt8},
                                              {"i2", DType::kInt16},
                                              {"i4", DType::kInt32},
                                              {"i8", DType::kInt64},
                                              {"u1", DType::kUInt8},
                                              {"b1", DType::kBool}}};

const PickleValue* part(const PickleTree& tree, const PickleValue& object, std::size_t index) {
  return object.items[index] == kNoValue ? nullptr : &tree[object.items[index]];
}

const PickleValue* element(const PickleTree& tree, const PickleValue* tuple, std::size_t index,
                           PickleKind kind) {
  if (tuple == nullptr || tuple->kind != PickleKind::kTuple || index >= tuple->items.size()) {
    return nullptr;
  }
  const PickleValue& value = tree[tuple->items[index]];
  return value.kind == kind ? &value : nullptr;
}

/// A dtype pickles as dtype('f8', ...) whose state is (version, byte order, ...).
std::optional<DType> dtype_of(const PickleTree& tree, const PickleValue* object) {
  if (object == nullptr || object->role != GlobalRole::kNumpyDtype) return std::nullopt;
  const PickleValue* code = element(tree, part(tree, *object, kArguments), 0, PickleKind::kString);
  const PickleValue* state = part(tree, *object, kState);
  const PickleValue* order = element(tree, state, 1, PickleKind::kString);
  if (code == nullptr || (order != nullptr && order->text == ">")) return std::nullopt;
  for (const NumpyType& type : kTypes) {
    if (type.code == code->text) return type.dtype;
  }
  return std::nullopt;
}

template <typename Number>
Number number_at(std::string_view bytes) {
  Number number;
  std::memcpy(&number, bytes.data(), sizeof(Number));
  return number;
}

Json element_to_json(DType dtype, std::string_view bytes) {
  switch (dtype) {
    case DType::kFloat16:
      return number_or_null(half_to_float(number_at<std::uint16_t>(bytes)));
    case DType::kFloat32:
      return number_or_null(number_at<float>(bytes));
    case DType::kFloat64:
      return number_or_null(number_at<double>(bytes));
    case DType::kInt8:
      return number_at<std::int8_t>(bytes);
    case DType::kInt16:
      return number_at<std::int16_t>(bytes);
    case DType::kInt32:
      return number_at<std::int32_t>(bytes);
    case DType::kInt64:
      return number_at<std::int64_t>(bytes);
    case DType::kUInt8:
      return number_at<std::uint8_t>(bytes);
    case DType::kBool:
      return bytes.front() != '\0';
    default:
      return nullptr;
  }
}

std::optional<Json> scalar_to_json(const PickleTree& tree, const PickleValue& value) {
  const PickleValue* arguments = part(tree, value, kArguments);
  const auto dtype = dtype_of(tree, element(tree, arguments, 0, PickleKind::kOpaque));
  const PickleValue* bytes = element(tree, arguments, 1, PickleKind::kBytes);
  if (!dtype || bytes == nullptr || bytes->text.size() != item_size(*dtype)) return std::nullopt;
  return element_to_json(*dtype, bytes->text);
}

std::optional<Json> array_of(const PickleTree& tree, std::optional<DType> dtype,
                             const PickleValue* shape, const PickleValue* bytes) {
  if (!dtype || shape == nullptr || bytes == nullptr) return std::nullopt;
  Json sizes = Json::array();
  for (const ValueId size : shape->items) {
    if (tree[size].kind != PickleKind::kInt) return std::nullopt;
    sizes.push_back(tree[size].integer);
  }
  Json array = {{"__class__", "numpy.ndarray"}, {"dtype", to_string(*dtype)}, {"shape", sizes}};
  const std::size_t item = item_size(*dtype);
  if (bytes->text.size() / item <= kMaxValues) {
    Json values = Json::array();
    for (std::size_t at = 0; at + item <= bytes->text.size(); at += item) {
      values.push_back(element_to_json(*dtype, bytes->text.substr(at, item)));
    }
    array["values"] = std::move(values);
  }
  return array;
}

/// _reconstruct(ndarray, ...) with the state (version, shape, dtype, is Fortran, bytes).
std::optional<Json> array_to_json(const PickleTree& tree, const PickleValue& value) {
  const PickleValue* state = part(tree, value, kState);
  return array_of(tree, dtype_of(tree, element(tree, state, 2, PickleKind::kOpaque)),
                  element(tree, state, 1, PickleKind::kTuple),
                  element(tree, state, 4, PickleKind::kBytes));
}

/// _frombuffer(bytes, dtype, shape, order)
std::optional<Json> buffer_to_json(const PickleTree& tree, const PickleValue& value) {
  const PickleValue* arguments = part(tree, value, kArguments);
  return array_of(tree, dtype_of(tree, element(tree, arguments, 1, PickleKind::kOpaque)),
                  element(tree, arguments, 2, PickleKind::kTuple),
                  element(tree, arguments, 0, PickleKind::kBytes));
}

}  // namespace

std::optional<Json> numpy_to_json(const PickleTree& tree, const PickleValue& value) {
  if (value.kind != PickleKind::kOpaque) return std::nullopt;
  switch (value.role) {
    case GlobalRole::kNumpyScalar:
      return scalar_to_json(tree, value);
    case GlobalRole::kNumpyArray:
      return array_to_json(tree, value);
    case GlobalRole::kNumpyBuffer:
      return buffer_to_json(tree, value);
    default:
      return std::nullopt;
  }
}

}  // namespace harness
