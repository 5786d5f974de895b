#include "harness/checkpoint/pickle/numpy_json.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <vector>

#include "harness/base/float16.h"
#include "harness/base/unicode.h"

namespace harness {
namespace {

constexpr std::size_t kMaxValues = 1024;

struct NumpyType {
  std::string_view code;  ///< numpy's type string without its byte order.
  DType dtype;
};

constexpr std::array<NumpyType, 14> kTypes = {{{"f2", DType::kFloat16},
                                               {"f4", DType::kFloat32},
                                               {"f8", DType::kFloat64},
                                               {"i1", DType::kInt8},
                                               {"i2", DType::kInt16},
                                               {"i4", DType::kInt32},
                                               {"i8", DType::kInt64},
                                               {"u1", DType::kUInt8},
                                               {"u2", DType::kUInt16},
                                               {"u4", DType::kUInt32},
                                               {"u8", DType::kUInt64},
                                               {"c8", DType::kComplex64},
                                               {"c16", DType::kComplex128},
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

/// Bytes in a tuple; Python 2 writes them as text where they happen to be some.
const PickleValue* raw_element(const PickleTree& tree, const PickleValue* tuple,
                               std::size_t index) {
  const PickleValue* bytes = element(tree, tuple, index, PickleKind::kBytes);
  return bytes != nullptr ? bytes : element(tree, tuple, index, PickleKind::kString);
}

/// The type string of a dtype, and whether its numbers are big-endian.
struct TypeCode {
  std::string_view code;
  bool is_big = false;
};

/// A dtype pickles as dtype('f8', ...) whose state is (version, byte order, ...).
std::optional<TypeCode> code_of(const PickleTree& tree, const PickleValue* object) {
  if (object == nullptr || object->role != GlobalRole::kNumpyDtype) return std::nullopt;
  const PickleValue* code = element(tree, part(tree, *object, kArguments), 0, PickleKind::kString);
  if (code == nullptr) return std::nullopt;
  const PickleValue* order = element(tree, part(tree, *object, kState), 1, PickleKind::kString);
  return TypeCode{code->text, order != nullptr && order->text == ">"};
}

std::optional<DType> dtype_of(const TypeCode& type) {
  for (const NumpyType& known : kTypes) {
    if (known.code == type.code) return known.dtype;
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
    case DType::kUInt16:
      return number_at<std::uint16_t>(bytes);
    case DType::kUInt32:
      return number_at<std::uint32_t>(bytes);
    case DType::kUInt64:
      return number_at<std::uint64_t>(bytes);
    case DType::kComplex64:
      return {number_or_null(number_at<float>(bytes)),
              number_or_null(number_at<float>(bytes.substr(sizeof(float))))};
    case DType::kComplex128:
      return {number_or_null(number_at<double>(bytes)),
              number_or_null(number_at<double>(bytes.substr(sizeof(double))))};
    case DType::kBool:
      return bytes.front() != '\0';
    default:
      return nullptr;
  }
}

/// Big-endian numbers one by one; a complex one is two.
std::string little_endian(DType dtype, std::string_view bytes) {
  const bool is_complex = dtype == DType::kComplex64 || dtype == DType::kComplex128;
  const std::size_t size = item_size(dtype) / (is_complex ? 2 : 1);
  std::string turned(bytes);
  for (std::size_t at = 0; at + size <= turned.size(); at += size) {
    const auto begin = turned.begin() + static_cast<std::ptrdiff_t>(at);
    std::reverse(begin, begin + static_cast<std::ptrdiff_t>(size));
  }
  return turned;
}

/// numpy.str_: "U3" of 4 bytes for each character.
std::optional<Json> text_to_json(const TypeCode& type, std::string_view bytes) {
  constexpr std::size_t kCharacter = 4;
  constexpr std::size_t kLongest = 64;  ///< Characters: a name, a class, a version.
  if (!type.code.starts_with('U') || bytes.size() % kCharacter != 0 ||
      bytes.size() > kLongest * kCharacter) {
    return std::nullopt;
  }
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); at += kCharacter) {
    std::uint32_t character = 0;
    for (std::size_t byte = 0; byte < kCharacter; ++byte) {
      const std::size_t place = at + (type.is_big ? byte : kCharacter - 1 - byte);
      character = character << 8 | static_cast<unsigned char>(bytes[place]);
    }
    const bool is_surrogate = character >= 0xd800 && character <= 0xdfff;
    if (character > 0x10ffff || is_surrogate) return std::nullopt;
    append_utf8(text, static_cast<char32_t>(character));
  }
  return text;
}

std::optional<Json> scalar_to_json(const PickleTree& tree, const PickleValue& value) {
  const PickleValue* arguments = part(tree, value, kArguments);
  const auto type = code_of(tree, element(tree, arguments, 0, PickleKind::kOpaque));
  const PickleValue* bytes = raw_element(tree, arguments, 1);
  if (!type || bytes == nullptr) return std::nullopt;
  const auto dtype = dtype_of(*type);
  if (!dtype) return text_to_json(*type, bytes->text);
  if (bytes->text.size() != item_size(*dtype)) return std::nullopt;
  if (type->is_big) return element_to_json(*dtype, little_endian(*dtype, bytes->text));
  return element_to_json(*dtype, bytes->text);
}

/// The sizes of an array whose elements fill `bytes`; nothing when they do not.
std::optional<std::vector<std::int64_t>> sizes_of(const PickleTree& tree, const PickleValue& shape,
                                                  std::size_t elements) {
  std::vector<std::int64_t> sizes;
  std::int64_t product = 1;
  for (const ValueId id : shape.items) {
    const PickleValue& size = tree[id];
    if (size.kind != PickleKind::kInt || size.integer < 0 ||
        __builtin_mul_overflow(product, size.integer, &product)) {
      return std::nullopt;
    }
    sizes.push_back(size.integer);
  }
  if (static_cast<std::size_t>(product) != elements) return std::nullopt;
  return sizes;
}

/// Where, in an array whose first index moves fastest, the element lies that comes at `index` in
/// row-major order.
std::size_t fortran_place(std::size_t index, const std::vector<std::int64_t>& sizes) {
  std::size_t place = 0;
  std::size_t stride = 1;
  for (const std::int64_t size : sizes) stride *= static_cast<std::size_t>(size);
  for (std::size_t axis = sizes.size(); axis-- > 0;) {
    const auto size = static_cast<std::size_t>(sizes[axis]);
    stride /= size;
    place += index % size * stride;
    index /= size;
  }
  return place;
}

std::optional<NumpyArray> array_of(const PickleTree& tree, const std::optional<TypeCode>& type,
                                   const PickleValue* shape, const PickleValue* bytes,
                                   bool is_fortran) {
  const auto dtype = type ? dtype_of(*type) : std::nullopt;
  if (!dtype || shape == nullptr || bytes == nullptr) return std::nullopt;
  const std::size_t item = item_size(*dtype);
  const auto sizes = sizes_of(tree, *shape, bytes->text.size() / item);
  if (!sizes || bytes->text.size() % item != 0) return std::nullopt;
  return NumpyArray{*dtype, *sizes, bytes->text, is_fortran && sizes->size() > 1, type->is_big};
}

/// _reconstruct(ndarray, ...) with the state (version, shape, dtype, is Fortran, bytes).
std::optional<NumpyArray> reconstructed(const PickleTree& tree, const PickleValue& value) {
  const PickleValue* state = part(tree, value, kState);
  const PickleValue* is_fortran = element(tree, state, 3, PickleKind::kBool);
  return array_of(tree, code_of(tree, element(tree, state, 2, PickleKind::kOpaque)),
                  element(tree, state, 1, PickleKind::kTuple), raw_element(tree, state, 4),
                  is_fortran != nullptr && is_fortran->integer != 0);
}

/// _frombuffer(bytes, dtype, shape, order)
std::optional<NumpyArray> from_buffer(const PickleTree& tree, const PickleValue& value) {
  const PickleValue* arguments = part(tree, value, kArguments);
  const PickleValue* order = element(tree, arguments, 3, PickleKind::kString);
  return array_of(tree, code_of(tree, element(tree, arguments, 1, PickleKind::kOpaque)),
                  element(tree, arguments, 2, PickleKind::kTuple), raw_element(tree, arguments, 0),
                  order != nullptr && order->text == "F");
}

std::optional<NumpyArray> array_of_any_order(const PickleTree& tree, const PickleValue& value) {
  if (value.kind != PickleKind::kOpaque) return std::nullopt;
  if (value.role == GlobalRole::kNumpyArray) return reconstructed(tree, value);
  if (value.role == GlobalRole::kNumpyBuffer) return from_buffer(tree, value);
  return std::nullopt;
}

Json array_to_json(const NumpyArray& array) {
  Json json = {
      {"__class__", "numpy.ndarray"}, {"dtype", to_string(array.dtype)}, {"shape", array.shape}};
  const std::size_t item = item_size(array.dtype);
  const std::size_t elements = array.bytes.size() / item;
  if (elements > kMaxValues) return json;
  const std::string turned = array.is_big ? little_endian(array.dtype, array.bytes) : std::string();
  const std::string_view bytes = array.is_big ? std::string_view(turned) : array.bytes;
  Json values = Json::array();
  for (std::size_t index = 0; index < elements; ++index) {
    const std::size_t place = array.is_fortran ? fortran_place(index, array.shape) : index;
    values.push_back(element_to_json(array.dtype, bytes.substr(place * item, item)));
  }
  json["values"] = std::move(values);
  return json;
}

}  // namespace

std::optional<NumpyArray> numpy_array(const PickleTree& tree, const PickleValue& value) {
  const auto array = array_of_any_order(tree, value);
  return array && !array->is_big ? array : std::nullopt;
}

std::optional<Json> numpy_to_json(const PickleTree& tree, const PickleValue& value) {
  if (value.kind != PickleKind::kOpaque) return std::nullopt;
  if (value.role == GlobalRole::kNumpyScalar) return scalar_to_json(tree, value);
  const auto array = array_of_any_order(tree, value);
  return array ? std::optional(array_to_json(*array)) : std::nullopt;
}

}  // namespace harness
