#include "harness/checkpoint/pickle/pickle_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <stdexcept>

#include "harness/base/unicode.h"
#include "harness/checkpoint/pickle/pickle_opcodes.h"

namespace harness {
namespace {

/// As Python's pickler does: a dict of any size never needs more than this on the reader's stack.
constexpr std::size_t kBatch = 1000;

char code(Opcode opcode) {
  return static_cast<char>(opcode);
}

template <typename Number>
void append_little_endian(std::string& out, Number number) {
  char bytes[sizeof(number)];
  std::memcpy(bytes, &number, sizeof(number));
  out.append(bytes, sizeof(bytes));
}

std::string_view storage_class(DType dtype) {
  switch (dtype) {
    case DType::kFloat16:
      return "HalfStorage";
    case DType::kBFloat16:
      return "BFloat16Storage";
    case DType::kFloat32:
      return "FloatStorage";
    case DType::kFloat64:
      return "DoubleStorage";
    case DType::kInt8:
      return "CharStorage";
    case DType::kInt16:
      return "ShortStorage";
    case DType::kInt32:
      return "IntStorage";
    case DType::kInt64:
      return "LongStorage";
    case DType::kUInt8:
      return "ByteStorage";
    case DType::kBool:
      return "BoolStorage";
    case DType::kComplex64:
      return "ComplexFloatStorage";
    case DType::kComplex128:
      return "ComplexDoubleStorage";
    default:
      break;
  }
  throw std::invalid_argument(
      fmt::format("expected a dtype that has a storage class, got {}", to_string(dtype)));
}

[[noreturn]] void refuse(const TensorView& tensor, const std::string& detail) {
  throw std::invalid_argument(tensor.name + ": " + detail);
}

std::int64_t elements_of_storage(const TensorView& tensor) {
  const std::size_t size = item_size(tensor.dtype);
  if (tensor.storage_bytes.size() % size != 0) {
    refuse(tensor, fmt::format("expected a storage of whole elements, got {} bytes",
                               tensor.storage_bytes.size()));
  }
  return static_cast<std::int64_t>(tensor.storage_bytes.size() / size);
}

/// Every element has to lie in the storage: a reader would see other memory.
void check_bounds(const TensorView& tensor) {
  const std::int64_t elements = elements_of_storage(tensor);
  bool fits = tensor.shape.size() == tensor.strides.size() && tensor.offset >= 0;
  bool empty = false;
  std::int64_t last = tensor.offset;
  for (std::size_t axis = 0; fits && axis < tensor.shape.size(); ++axis) {
    fits = tensor.shape[axis] >= 0 && tensor.strides[axis] >= 0;
    empty = empty || tensor.shape[axis] == 0;
    if (!fits || tensor.shape[axis] < 2 || tensor.strides[axis] == 0) continue;
    const std::int64_t steps = tensor.shape[axis] - 1;
    fits = tensor.strides[axis] <= (std::numeric_limits<std::int64_t>::max() - last) / steps;
    if (fits) last += steps * tensor.strides[axis];
  }
  if (!fits || (!empty && last >= elements)) {
    refuse(
        tensor,
        fmt::format("expected a view of its storage of {} elements, got one that reaches outside",
                    elements));
  }
}

}  // namespace

std::string PickleWriter::write(const PythonValue& value) {
  out_ = {code(Opcode::kProto), 2};
  memo_.clear();
  put(value);
  out_ += code(Opcode::kStop);
  return std::move(out_);
}

void PickleWriter::put(const PythonValue& value) {
  if (++depth_ > kMaxPythonDepth) {
    depth_ = 0;
    throw std::invalid_argument(
        fmt::format("expected nesting of at most {}, got more", kMaxPythonDepth));
  }
  using Kind = PythonValue::Kind;
  switch (value.kind()) {
    case Kind::kNone:
      out_ += code(Opcode::kNone);
      break;
    case Kind::kBool:
      out_ += code(value.integer() != 0 ? Opcode::kNewTrue : Opcode::kNewFalse);
      break;
    case Kind::kInt:
      put_int(value.integer());
      break;
    case Kind::kFloat:
      put_float(value.real());
      break;
    case Kind::kString:
      put_text(value.text());
      break;
    case Kind::kBytes:
      put_bytes(value.text());
      break;
    case Kind::kTensor:
      put_tensor(value.tensor());
      break;
    case Kind::kDType:
      put_global("torch", to_string(value.dtype()));
      break;
    default:
      put_container(value);
  }
  --depth_;
}

void PickleWriter::put_container(const PythonValue& value) {
  using Kind = PythonValue::Kind;
  switch (value.kind()) {
    case Kind::kTuple:
      put_tuple(value.items());
      break;
    case Kind::kDict:
      out_ += code(Opcode::kEmptyDict);
      put_items(value.items(), 2, code(Opcode::kSetItem), code(Opcode::kSetItems));
      break;
    case Kind::kOrderedDict:
      put_ordered_dict(&value);
      break;
    case Kind::kSet:
      put_global("__builtin__", "set");
      [[fallthrough]];
    default:
      out_ += code(Opcode::kEmptyList);
      put_items(value.items(), 1, code(Opcode::kAppend), code(Opcode::kAppends));
  }
  if (value.kind() == Kind::kSet) {
    out_ += code(Opcode::kTuple1);
    out_ += code(Opcode::kReduce);
  }
}

void PickleWriter::put_int(std::int64_t value) {
  if (value >= 0 && value <= 0xff) {
    out_ += code(Opcode::kBinInt1);
    append_little_endian(out_, static_cast<std::uint8_t>(value));
  } else if (value >= 0 && value <= 0xffff) {
    out_ += code(Opcode::kBinInt2);
    append_little_endian(out_, static_cast<std::uint16_t>(value));
  } else if (value == static_cast<std::int32_t>(value)) {
    out_ += code(Opcode::kBinInt);
    append_little_endian(out_, static_cast<std::int32_t>(value));
  } else {
    out_ += code(Opcode::kLong1);
    out_ += static_cast<char>(sizeof(value));
    append_little_endian(out_, value);
  }
}

void PickleWriter::put_float(double value) {
  out_ += code(Opcode::kBinFloat);
  append_little_endian(out_, __builtin_bswap64(std::bit_cast<std::uint64_t>(value)));
}

void PickleWriter::put_text(std::string_view text) {
  if (!is_utf8(text) || text.size() > std::numeric_limits<std::uint32_t>::max()) {
    throw std::invalid_argument("expected UTF-8 of less than 4 GiB, got '" + for_message(text) +
                                "'");
  }
  out_ += code(Opcode::kBinUnicode);
  append_little_endian(out_, static_cast<std::uint32_t>(text.size()));
  out_ += text;
}

void PickleWriter::put_once(const std::string& pickled) {
  // There are fewer than 256 of them: storage classes, dtypes and a handful of others.
  const auto [found, is_new] = memo_.emplace(pickled, static_cast<std::uint8_t>(memo_.size()));
  if (is_new) out_ += pickled;
  out_ += code(is_new ? Opcode::kBinPut : Opcode::kBinGet);
  append_little_endian(out_, found->second);
}

void PickleWriter::put_constant(std::string_view text) {
  std::string pickled(1, code(Opcode::kBinUnicode));
  append_little_endian(pickled, static_cast<std::uint32_t>(text.size()));
  pickled += text;
  put_once(pickled);
}

void PickleWriter::put_global(std::string_view module, std::string_view name) {
  std::string pickled(1, code(Opcode::kGlobal));
  pickled.append(module).append("\n").append(name).append("\n");
  put_once(pickled);
}

void PickleWriter::put_bytes(std::string_view bytes) {
  // Protocol 2 has no opcode for bytes: Python writes them as text of Latin-1 that is encoded.
  put_global("_codecs", "encode");
  put_text(latin1_to_utf8(bytes));
  put_constant("latin1");
  out_ += code(Opcode::kTuple2);
  out_ += code(Opcode::kReduce);
}

void PickleWriter::put_items(const PythonValue::Items& items, std::size_t step, char one,
                             char many) {
  for (std::size_t begin = 0; begin < items.size(); begin += kBatch * step) {
    const std::size_t end = std::min(items.size(), begin + kBatch * step);
    const bool single = end - begin == step;
    if (!single) out_ += code(Opcode::kMark);
    for (std::size_t index = begin; index < end; ++index) put(items[index]);
    out_ += single ? one : many;
  }
}

void PickleWriter::put_tuple(const PythonValue::Items& items) {
  if (items.empty()) {
    out_ += code(Opcode::kEmptyTuple);
    return;
  }
  out_ += code(Opcode::kMark);
  for (const auto& item : items) put(item);
  out_ += code(Opcode::kTuple);
}

void PickleWriter::put_ordered_dict(const PythonValue* value) {
  put_global("collections", "OrderedDict");
  out_ += code(Opcode::kEmptyTuple);
  out_ += code(Opcode::kReduce);
  if (value == nullptr) return;
  put_items(value->items(), 2, code(Opcode::kSetItem), code(Opcode::kSetItems));
  if (value->attributes() == nullptr) return;
  put(*value->attributes());
  out_ += code(Opcode::kBuild);
}

void PickleWriter::put_integers(const std::vector<std::int64_t>& values) {
  if (values.empty()) {
    out_ += code(Opcode::kEmptyTuple);
    return;
  }
  out_ += code(Opcode::kMark);
  for (const std::int64_t value : values) put_int(value);
  out_ += code(Opcode::kTuple);
}

const PickleWriter::Storage& PickleWriter::storage_of(const TensorView& tensor) {
  const auto bytes = tensor.storage_bytes;
  if (!bytes.empty()) {
    const auto [found, is_new] =
        storage_index_.emplace(std::pair(bytes.data(), bytes.size()), storages_.size());
    const std::size_t index = found->second;
    if (!is_new) {
      if (storages_[index].dtype != tensor.dtype) {
        refuse(tensor,
               fmt::format("expected tensors of one storage to have one dtype, got {} and {}",
                           to_string(storages_[index].dtype), to_string(tensor.dtype)));
      }
      return storages_[index];
    }
  }
  storages_.push_back({std::to_string(storages_.size()), tensor.dtype, bytes});
  return storages_.back();
}

void PickleWriter::put_tensor(const TensorView& tensor) {
  check_bounds(tensor);
  const Storage& storage = storage_of(tensor);
  put_global("torch._utils", "_rebuild_tensor_v2");
  out_ += code(Opcode::kMark);
  out_ += code(Opcode::kMark);
  put_constant("storage");
  put_global("torch", storage_class(tensor.dtype));
  put_text(storage.key);
  put_constant("cpu");
  put_int(elements_of_storage(tensor));
  if (with_view_metadata_) out_ += code(Opcode::kNone);
  out_ += code(Opcode::kTuple);
  out_ += code(Opcode::kBinPersId);
  put_int(tensor.offset);
  put_integers(tensor.shape);
  put_integers(tensor.strides);
  out_ += code(Opcode::kNewFalse);  // requires_grad
  put_ordered_dict(nullptr);        // backward hooks
  out_ += code(Opcode::kTuple);
  out_ += code(Opcode::kReduce);
}

}  // namespace harness
