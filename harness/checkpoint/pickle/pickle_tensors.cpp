#include "harness/checkpoint/pickle/pickle_tensors.h"

#include <fmt/format.h>

#include <array>
#include <bit>
#include <cstring>
#include <limits>
#include <utility>

#include "harness/checkpoint/pickle/numpy_json.h"

namespace harness {
namespace {

/// Positions of arguments of _rebuild_tensor_v2 and _rebuild_tensor_v3 (PyTorch 2.11,
/// torch/_utils.py).
constexpr std::size_t kV2Metadata = 6;
constexpr std::size_t kV3Type = 6;
constexpr std::int64_t kMaxInt64 = std::numeric_limits<std::int64_t>::max();

struct StorageClass {
  std::string_view name;
  std::optional<DType> dtype;
};

constexpr std::array<StorageClass, 16> kStorageClasses = {
    {{"HalfStorage", DType::kFloat16},
     {"BFloat16Storage", DType::kBFloat16},
     {"FloatStorage", DType::kFloat32},
     {"DoubleStorage", DType::kFloat64},
     {"CharStorage", DType::kInt8},
     {"ShortStorage", DType::kInt16},
     {"IntStorage", DType::kInt32},
     {"LongStorage", DType::kInt64},
     {"ByteStorage", DType::kUInt8},
     {"BoolStorage", DType::kBool},
     {"ComplexFloatStorage", DType::kComplex64},
     {"ComplexDoubleStorage", DType::kComplex128},
     {"QInt8Storage", DType::kQInt8},
     {"QUInt8Storage", DType::kQUInt8},
     {"QInt32Storage", DType::kQInt32},
     {"UntypedStorage", std::nullopt}}};

std::string_view last_part(std::string_view dotted) {
  return dotted.substr(dotted.rfind('.') + 1);
}

/// False when the product does not fit, or a factor is negative.
bool multiply(std::int64_t& product, std::int64_t factor) {
  return factor >= 0 && !__builtin_mul_overflow(product, factor, &product);
}

std::int64_t bytes_per_element(std::optional<DType> dtype) {
  return dtype ? static_cast<std::int64_t>(item_size(*dtype)) : 1;
}

std::string name_of(std::optional<DType> dtype) {
  return dtype ? std::string(to_string(*dtype)) : "untyped";
}

/// One more than the largest index that the tensor reads, 0 when it has no element; nothing when
/// that is no 64-bit number of bytes.
std::optional<std::int64_t> end_of(const PickledTensor& tensor) {
  std::int64_t count = static_cast<std::int64_t>(item_size(tensor.dtype));
  std::int64_t last = tensor.offset;
  bool fits = true;
  bool empty = false;
  for (std::size_t axis = 0; axis < tensor.shape.size(); ++axis) {
    const std::int64_t size = tensor.shape[axis];
    std::int64_t reach = tensor.strides[axis];
    empty |= size == 0;
    fits = fits && (size == 0 || (multiply(count, size) && multiply(reach, size - 1) &&
                                  !__builtin_add_overflow(last, reach, &last)));
  }
  if (!fits || last == kMaxInt64) return std::nullopt;
  return empty ? tensor.offset : last + 1;
}

/// Whether the lower half of every float is 0, as it is in what was a bfloat16.
bool is_widened_bfloat16(std::string_view floats) {
  for (std::size_t at = 0; at + 3 < floats.size(); at += 4) {
    if (floats[at] != 0 || floats[at + 1] != 0) return false;
  }
  return true;
}

}  // namespace

ValueId PickleTensors::storage(ValueId persistent_id) {
  const PickleValue& written = tree_[persistent_id];
  const bool is_storage = written.kind == PickleKind::kTuple && !written.items.empty() &&
                          tree_[written.items[0]].kind == PickleKind::kString &&
                          tree_[written.items[0]].text == "storage";
  if (!is_storage) {
    context_.fail(ErrorCode::kInvalidFile,
                  "persistent id: expected ('storage', ...), got something else");
  }
  const PickleArguments id(tree_, context_, "storage", persistent_id);
  if (id.size() != 5 && id.size() != 6) {
    id.fail(fmt::format("expected 5 or 6 parts, got {}", id.size()));
  }
  const PickleKind location = tree_[id.id(3)].kind;
  if (location == PickleKind::kOpaque || location == PickleKind::kGlobal) {
    id.fail(fmt::format("expected a location as text, got {}", describe(location)));
  }
  const PickleValue& type = id.value(1, PickleKind::kGlobal);
  for (const StorageClass& known : kStorageClasses) {
    if (type.role != GlobalRole::kStorageClass || known.name != last_part(type.text)) continue;
    const StorageSlice slice = slice_of(id, storage_index(id, known.dtype));
    tree_.slices.push_back(slice);
    return tree_.add({.kind = PickleKind::kStorage,
                      .integer = static_cast<std::int64_t>(tree_.slices.size() - 1)});
  }
  id.fail(
      fmt::format("expected a storage class with elements of a known type, got {}: not "
                  "supported",
                  type.text));
}

std::uint32_t PickleTensors::storage_index(const PickleArguments& id, std::optional<DType> dtype) {
  const std::string key(id.value(2, PickleKind::kString).text);
  const std::int64_t elements = id.integer(4);
  if (elements < 0 || elements > kMaxInt64 / bytes_per_element(dtype)) {
    id.fail(fmt::format("expected a number of elements, got {}", elements));
  }
  const auto [found, is_new] =
      storage_by_key_.emplace(key, static_cast<std::uint32_t>(tree_.storages.size()));
  if (is_new) {
    tree_.storages.push_back({.key = key, .dtype = dtype, .elements = elements});
    return found->second;
  }
  const PickledStorage& first = tree_.storages[found->second];
  if (first.dtype != dtype || first.elements != elements) {
    id.fail(fmt::format("expected {} [{}] for key '{}' as before, got {} [{}]",
                        name_of(first.dtype), first.elements, key, name_of(dtype), elements));
  }
  return found->second;
}

StorageSlice PickleTensors::slice_of(const PickleArguments& id, std::uint32_t storage) const {
  const std::int64_t elements = tree_.storages[storage].elements;
  if (!id.has(5)) return {storage, 0, elements};
  const PickleArguments view(tree_, context_, "storage view", id.id(5));
  const std::int64_t offset = view.integer(1);
  const std::int64_t size = view.integer(2);
  if (view.size() != 3 || offset < 0 || size < 0 || offset > elements || size > elements - offset) {
    view.fail(
        fmt::format("expected a part of {} elements, got {} from {}", elements, size, offset));
  }
  return {storage, offset, size};
}

std::optional<DType> PickleTensors::dtype_of(GlobalRole role, const PickleArguments& call,
                                             const PickledStorage& storage) const {
  if (role != GlobalRole::kTensorV3) return storage.dtype;
  const PickleValue& type = call.value(kV3Type, PickleKind::kGlobal);
  if (type.role != GlobalRole::kTorchDtype) return std::nullopt;
  return dtype_named(last_part(type.text));
}

ValueId PickleTensors::rebuild(GlobalRole role, ValueId arguments) {
  const PickleArguments call(tree_, context_, "tensor", arguments);
  const auto& slice =
      tree_.slices[static_cast<std::size_t>(call.value(0, PickleKind::kStorage).integer)];
  const PickledStorage& storage = tree_.storages[slice.storage];
  const std::optional<DType> dtype = dtype_of(role, call, storage);
  if (!dtype) {
    if (role != GlobalRole::kTensorV3) call.fail("expected elements of a known type, got others");
    const std::string_view type = call.value(kV3Type, PickleKind::kGlobal).text;
    return unread(fmt::format("{} [{}]", type, fmt::join(call.integers(2), ", ")));
  }

  PickledTensor tensor{.storage = slice.storage, .dtype = *dtype, .offset = call.integer(1)};
  tensor.shape = call.integers(2);
  tensor.strides = call.integers(3);
  // (scheme, scale, zero point): PyTorch takes them out of whatever is there.
  if (role == GlobalRole::kQuantized) call.value(4, PickleKind::kTuple);
  // An untyped storage counts bytes; both sides are compared in elements of the tensor.
  check_extent(call, tensor,
               slice.elements * bytes_per_element(storage.dtype) / bytes_per_element(dtype));
  tensor.offset += slice.offset;
  const std::size_t metadata = role == GlobalRole::kTensorV3 ? kV3Type + 1 : kV2Metadata;
  const std::string view = role == GlobalRole::kQuantized ? "" : view_of(call, metadata);
  if (!view.empty()) return unread(fmt::format("{} {}", view, describe(*dtype, tensor.shape)));
  return add_tensor(std::move(tensor));
}

/// The storage holds other numbers than the tensor: {"conj": True} or {"neg": True}.
std::string PickleTensors::view_of(const PickleArguments& call, std::size_t metadata) const {
  if (!call.has(metadata)) return "";
  const std::vector<ValueId>& items = call.value(metadata, PickleKind::kDict).items;
  std::string text;
  for (std::size_t index = 0; index + 1 < items.size(); index += 2) {
    const PickleValue& key = tree_[items[index]];
    const PickleValue& value = tree_[items[index + 1]];
    const bool known = key.kind == PickleKind::kString && (key.text == "conj" || key.text == "neg");
    if (known && value.kind == PickleKind::kBool && value.integer == 0) continue;
    const std::string_view name = !known ? "other" : key.text == "conj" ? "conjugate" : "negative";
    if (text.find(name) == std::string::npos) text += fmt::format("{} view of ", name);
  }
  if (!text.empty()) text.pop_back();
  return text;
}

ValueId PickleTensors::add_tensor(PickledTensor tensor) {
  tree_.charge(tensor.shape.size());
  tree_.tensors.push_back(std::move(tensor));
  return tree_.add({.kind = PickleKind::kTensor,
                    .integer = static_cast<std::int64_t>(tree_.tensors.size() - 1)});
}

ValueId PickleTensors::unread(std::string text, ValueId entries) {
  const ValueId made =
      tree_.add_opaque(tree_.keep(std::move(text)), GlobalRole::kSparse, tree_.add_none());
  tree_[made].items[kEntries] = entries;
  return made;
}

ValueId PickleTensors::rebuild_other(GlobalRole role, ValueId arguments) {
  const PickleArguments call(tree_, context_, "tensor", arguments);
  switch (role) {
    case GlobalRole::kFromNumpy:
      return from_numpy(arguments);
    case GlobalRole::kFromCpu:
      return from_cpu(arguments);
    case GlobalRole::kSparse:
      return sparse(arguments);
    case GlobalRole::kNested:
      return nested(arguments);
    case GlobalRole::kJagged:
      return jagged(arguments);
    case GlobalRole::kUninitialized:
      return unread("uninitialized");
    case GlobalRole::kMeta:
      return unread(fmt::format("meta {} [{}]", last_part(call.value(0, PickleKind::kGlobal).text),
                                fmt::join(call.integers(1), ", ")));
    default:
      return unread(fmt::format("subclass {} {} [{}]", call.value(0, PickleKind::kGlobal).text,
                                last_part(call.value(1, PickleKind::kGlobal).text),
                                fmt::join(call.integers(2), ", ")));
  }
}

/// _rebuild_device_tensor_from_numpy(array, dtype, device, requires_grad)
ValueId PickleTensors::from_numpy(ValueId arguments) {
  const PickleArguments call(tree_, context_, "tensor of an array", arguments);
  const auto array = numpy_array(tree_, call.value(0, PickleKind::kOpaque));
  const PickleValue& type = call.value(1, PickleKind::kGlobal);
  const auto dtype = dtype_named(last_part(type.text));
  if (!array) return unread(fmt::format("{} of a numpy array", last_part(type.text)));
  // numpy has no bfloat16: PyTorch widens such a tensor, which can be taken back without a loss.
  const bool narrowed = dtype == DType::kBFloat16 && array->dtype == DType::kFloat32 &&
                        is_widened_bfloat16(array->bytes);
  if (array->is_fortran || (dtype != array->dtype && !narrowed)) {
    return unread(fmt::format("{} of a numpy array of {}", last_part(type.text),
                              describe(array->dtype, array->shape)));
  }
  auto bytes = std::make_shared<std::string>(array->bytes);
  if (narrowed) {
    for (std::size_t at = 0; at < bytes->size() / 2; at += 2) {
      std::memcpy(bytes->data() + at, array->bytes.data() + 2 * at + 2, 2);
    }
    bytes->resize(bytes->size() / 2);
  }
  PickledTensor tensor{.storage = static_cast<std::uint32_t>(tree_.storages.size()),
                       .dtype = *dtype,
                       .shape = array->shape};
  tensor.strides.resize(tensor.shape.size());
  const auto elements = static_cast<std::int64_t>(bytes->size() / item_size(*dtype));
  std::int64_t stride = 1;
  for (std::size_t axis = tensor.shape.size(); axis-- > 0 && elements > 0;) {
    tensor.strides[axis] = stride;
    stride *= tensor.shape[axis];
  }
  tree_.storages.push_back(
      {.key = "", .dtype = *dtype, .elements = elements, .inside = std::move(bytes)});
  return add_tensor(std::move(tensor));
}

/// _rebuild_device_tensor_from_cpu_tensor(tensor, dtype, device, requires_grad)
ValueId PickleTensors::from_cpu(ValueId arguments) {
  const PickleArguments call(tree_, context_, "tensor of a device", arguments);
  const PickleValue& tensor = call.value(0, PickleKind::kTensor);
  const std::string_view wanted = last_part(call.value(1, PickleKind::kGlobal).text);
  const PickledTensor& saved = tree_.tensors[static_cast<std::size_t>(tensor.integer)];
  if (to_string(saved.dtype) == wanted) return call.id(0);
  return unread(fmt::format("{} of {}", wanted, describe(saved.dtype, saved.shape)));
}

/// "sparse_coo" of torch.serialization._get_layout('torch.sparse_coo') or of the name itself.
std::string PickleTensors::layout_of(ValueId layout) const {
  const PickleValue& value = tree_[layout];
  if (value.kind == PickleKind::kGlobal) return std::string(last_part(value.text));
  if (value.kind == PickleKind::kOpaque && value.role == GlobalRole::kTorchLayout) {
    const PickleArguments call(tree_, context_, "layout", value.items[kArguments]);
    return std::string(last_part(call.value(0, PickleKind::kString).text));
  }
  return "sparse";
}

/// (layout, (indices, values, size, ...)), or compressed (layout, (crow, col, values, size)).
ValueId PickleTensors::sparse(ValueId arguments) {
  const PickleArguments call(tree_, context_, "sparse tensor", arguments);
  const std::string layout = layout_of(call.id(0));
  const PickleArguments parts(tree_, context_, "sparse tensor", call.id(1));
  const bool coordinates = layout == "sparse_coo" || layout == "sparse";
  const std::size_t count = coordinates ? 2 : 3;
  constexpr std::string_view kCoordinates[] = {"indices", "values"};
  constexpr std::string_view kCompressed[] = {"compressed_indices", "plain_indices", "values"};
  const ValueId entries = tree_.add({.kind = PickleKind::kDict});
  for (std::size_t index = 0; index < count; ++index) {
    const std::string name(coordinates ? kCoordinates[index] : kCompressed[index]);
    const ValueId key = tree_.add_text(PickleKind::kString, name);
    tree_[entries].items.push_back(key);
    tree_[entries].items.push_back(parts.id(index));
  }
  return unread(fmt::format("{} [{}]", layout, fmt::join(parts.integers(count), ", ")), entries);
}

/// _rebuild_nested_tensor(buffer, sizes, strides, offsets)
ValueId PickleTensors::nested(ValueId arguments) {
  const PickleArguments call(tree_, context_, "nested tensor", arguments);
  const ValueId entries = tree_.add({.kind = PickleKind::kDict});
  const ValueId key = tree_.add_text(PickleKind::kString, "buffer");
  tree_[entries].items = {key, call.id(0)};
  return unread("nested tensor", entries);
}

/// _rebuild_njt({"values": tensor, "offsets": tensor, "lengths": tensor or None, ...})
ValueId PickleTensors::jagged(ValueId arguments) {
  const PickleArguments call(tree_, context_, "jagged tensor", arguments);
  call.value(0, PickleKind::kDict);
  const ValueId entries = tree_.add({.kind = PickleKind::kDict});
  const std::vector<ValueId> given = tree_[call.id(0)].items;
  for (std::size_t index = 0; index + 1 < given.size(); index += 2) {
    const PickleKind kind = tree_[given[index + 1]].kind;
    if (kind == PickleKind::kGlobal || kind == PickleKind::kOpaque) {
      call.fail(fmt::format("expected tensors and numbers, got {}", describe(kind)));
    }
    if (kind != PickleKind::kTensor) continue;
    tree_[entries].items.push_back(given[index]);
    tree_[entries].items.push_back(given[index + 1]);
  }
  return unread("jagged tensor", entries);
}

void PickleTensors::check_extent(const PickleArguments& call, const PickledTensor& tensor,
                                 std::int64_t available) const {
  if (tensor.shape.size() != tensor.strides.size() || tensor.shape.size() > kMaxDimensions) {
    call.fail(
        fmt::format("expected a stride for each of at most 64 sizes, got {} sizes and {} strides",
                    tensor.shape.size(), tensor.strides.size()));
  }
  bool negative = tensor.offset < 0;
  for (std::size_t axis = 0; axis < tensor.shape.size(); ++axis) {
    negative |= tensor.shape[axis] < 0 || tensor.strides[axis] < 0;
  }
  const std::optional<std::int64_t> end = negative ? std::nullopt : end_of(tensor);
  if (!end || *end > available) {
    call.fail(fmt::format(
        "expected offset, sizes and strides within a storage of {} elements, got {} for {}",
        available, end ? fmt::format("element {}", *end - 1) : "numbers that cannot be",
        describe(tensor.dtype, tensor.shape)));
  }
}

}  // namespace harness
