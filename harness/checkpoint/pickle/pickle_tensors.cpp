#include "harness/checkpoint/pickle/pickle_tensors.h"

#include <array>
#include <limits>
#include <utility>

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

constexpr std::array<StorageClass, 11> kStorageClasses = {{{"HalfStorage", DType::kFloat16},
                                                           {"BFloat16Storage", DType::kBFloat16},
                                                           {"FloatStorage", DType::kFloat32},
                                                           {"DoubleStorage", DType::kFloat64},
                                                           {"CharStorage", DType::kInt8},
                                                           {"ShortStorage", DType::kInt16},
                                                           {"IntStorage", DType::kInt32},
                                                           {"LongStorage", DType::kInt64},
                                                           {"ByteStorage", DType::kUInt8},
                                                           {"BoolStorage", DType::kBool},
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

}  // namespace

ValueId PickleTensors::storage(ValueId persistent_id) {
  const PickleValue& written = tree_[persistent_id];
  const bool is_storage = written.kind == PickleKind::kTuple && !written.items.empty() &&
                          tree_[written.items[0]].kind == PickleKind::kString &&
                          tree_[written.items[0]].text == "storage";
  if (!is_storage) {
    const bool is_module = written.kind == PickleKind::kTuple && !written.items.empty() &&
                           tree_[written.items[0]].text == "module";
    context_.fail(ErrorCode::kUnsafePickle,
                  std::string("persistent id: expected ('storage', ...), got ") +
                      (is_module ? "a whole module with its source code; save its state_dict()"
                                 : "something else"));
  }
  const PickleArguments id(tree_, context_, "storage", persistent_id);
  if (id.size() != 5 && id.size() != 6) {
    id.fail("expected 5 or 6 parts, got " + std::to_string(id.size()));
  }
  const PickleValue& type = id.value(1, PickleKind::kGlobal);
  for (const StorageClass& known : kStorageClasses) {
    if (type.role != GlobalRole::kStorageClass || known.name != last_part(type.text)) continue;
    const StorageSlice slice = slice_of(id, storage_index(id, known.dtype));
    tree_.slices.push_back(slice);
    return tree_.add({.kind = PickleKind::kStorage,
                      .integer = static_cast<std::int64_t>(tree_.slices.size() - 1)});
  }
  id.fail("expected a storage class with elements of a known type, got " + std::string(type.text));
}

std::uint32_t PickleTensors::storage_index(const PickleArguments& id, std::optional<DType> dtype) {
  const std::string key(id.value(2, PickleKind::kString).text);
  const std::int64_t elements = id.integer(4);
  if (elements < 0 || elements > kMaxInt64 / bytes_per_element(dtype)) {
    id.fail("expected a number of elements, got " + std::to_string(elements));
  }
  const auto [found, is_new] =
      storage_by_key_.emplace(key, static_cast<std::uint32_t>(tree_.storages.size()));
  if (is_new) {
    tree_.storages.push_back({key, dtype, elements});
    return found->second;
  }
  const PickledStorage& first = tree_.storages[found->second];
  if (first.dtype != dtype || first.elements != elements) {
    id.fail("expected " + name_of(first.dtype) + " [" + std::to_string(first.elements) +
            "] for key '" + key + "' as before, got " + name_of(dtype) + " [" +
            std::to_string(elements) + "]");
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
    view.fail("expected a part of " + std::to_string(elements) + " elements, got " +
              std::to_string(size) + " from " + std::to_string(offset));
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
  if (!dtype) call.fail("expected elements of a known type, got others");

  PickledTensor tensor{.storage = slice.storage, .dtype = *dtype, .offset = call.integer(1)};
  tensor.shape = call.integers(2);
  tensor.strides = call.integers(3);
  const std::size_t metadata = role == GlobalRole::kTensorV3 ? kV3Type + 1 : kV2Metadata;
  if (call.has(metadata) && !call.value(metadata, PickleKind::kDict).items.empty()) {
    call.fail("expected plain elements, got a conjugate or negative view");
  }
  // An untyped storage counts bytes; both sides are compared in elements of the tensor.
  check_extent(call, tensor,
               slice.elements * bytes_per_element(storage.dtype) / bytes_per_element(dtype));
  tensor.offset += slice.offset;
  tree_.charge(tensor.shape.size());
  tree_.tensors.push_back(std::move(tensor));
  return tree_.add({.kind = PickleKind::kTensor,
                    .integer = static_cast<std::int64_t>(tree_.tensors.size() - 1)});
}

void PickleTensors::check_extent(const PickleArguments& call, const PickledTensor& tensor,
                                 std::int64_t available) const {
  if (tensor.shape.size() != tensor.strides.size() || tensor.shape.size() > kMaxDimensions) {
    call.fail("expected a stride for each of at most 64 sizes, got " +
              std::to_string(tensor.shape.size()) + " sizes and " +
              std::to_string(tensor.strides.size()) + " strides");
  }
  bool negative = tensor.offset < 0;
  for (std::size_t axis = 0; axis < tensor.shape.size(); ++axis) {
    negative |= tensor.shape[axis] < 0 || tensor.strides[axis] < 0;
  }
  const std::optional<std::int64_t> end = negative ? std::nullopt : end_of(tensor);
  if (!end || *end > available) {
    call.fail("expected offset, sizes and strides within a storage of " +
              std::to_string(available) + " elements, got " +
              (end ? "element " + std::to_string(*end - 1) : "numbers that cannot be") + " for " +
              describe(tensor.dtype, tensor.shape));
  }
}

}  // namespace harness
