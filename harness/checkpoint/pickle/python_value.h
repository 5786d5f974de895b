#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "harness/base/json.h"
#include "harness/checkpoint/tensor_view.h"

namespace harness {

/// How deep lists and dicts may nest.
inline constexpr int kMaxPythonDepth = 64;

/// A Python value that is to be written into a checkpoint: what a meta, a state dict or the state
/// of an optimizer is made of. A tensor refers to memory of the caller's, which has to live until
/// the file is written.
class PythonValue {
 public:
  enum class Kind {
    kNone,
    kBool,
    kInt,
    kFloat,
    kString,
    kBytes,
    kList,
    kTuple,
    kSet,
    kDict,
    kOrderedDict,
    kTensor,
    kDType,  ///< torch.float16 and so on: the type itself.
  };
  using Items = std::vector<PythonValue>;

  PythonValue() = default;  ///< None.
  PythonValue(std::same_as<bool> auto value) : kind_(Kind::kBool), content_(std::int64_t{value}) {}
  PythonValue(std::integral auto value) requires(!std::same_as<decltype(value), bool>)
      : kind_(Kind::kInt), content_(static_cast<std::int64_t>(value)) {}
  PythonValue(double value) : kind_(Kind::kFloat), content_(value) {}
  /// Text is UTF-8.
  PythonValue(std::string text) : kind_(Kind::kString), content_(std::move(text)) {}
  PythonValue(std::string_view text) : PythonValue(std::string(text)) {}
  PythonValue(const char* text) : PythonValue(std::string(text)) {}
  PythonValue(TensorView tensor);

  static PythonValue bytes(std::string bytes);
  static PythonValue list(Items items = {});
  static PythonValue tuple(Items items = {});
  static PythonValue set(Items items = {});
  static PythonValue dict();
  static PythonValue ordered_dict();
  static PythonValue dtype(DType dtype);
  /// Objects become dicts, arrays lists, null None.
  static PythonValue from_json(const Json& json);
  /// An OrderedDict of the tensors by their names, in their order: what a module's state_dict() is.
  static PythonValue state_dict(const std::vector<TensorView>& tensors);

  /// Of a dict: adds an entry. It is the caller who sees to it that no key comes twice (of an equal
  /// key Python keeps the first place and the last value). Returns the dict.
  PythonValue& set(PythonValue key, PythonValue value);
  /// Of a list, a tuple or a set.
  PythonValue& append(PythonValue value);
  /// Of an OrderedDict: attributes of the object, such as the `_metadata` of a state dict. A dict.
  PythonValue& set_attributes(PythonValue attributes);

  Kind kind() const noexcept { return kind_; }
  std::int64_t integer() const { return std::get<std::int64_t>(content_); }  ///< kBool, kInt.
  double real() const { return std::get<double>(content_); }
  const std::string& text() const { return std::get<std::string>(content_); }  ///< kString, kBytes.
  /// Elements; of dicts: key, value, key, value, ...
  const Items& items() const { return std::get<Items>(content_); }
  const TensorView& tensor() const { return *std::get<Tensor>(content_); }
  DType dtype() const { return std::get<DType>(content_); }
  /// Null when there are none.
  const PythonValue* attributes() const noexcept { return attributes_.get(); }

 private:
  using Tensor = std::shared_ptr<const TensorView>;

  PythonValue(Kind kind, Items items) : kind_(kind), content_(std::move(items)) {}

  Kind kind_ = Kind::kNone;
  std::variant<std::monostate, std::int64_t, double, std::string, Items, Tensor, DType> content_;
  std::shared_ptr<const PythonValue> attributes_;
};

/// A tensor in row-major order over memory of the caller's, which is a storage of its own.
/// Throws std::invalid_argument unless `bytes` has the size that dtype and shape ask for.
TensorView row_major_tensor(std::string name, DType dtype, std::vector<std::int64_t> shape,
                            std::span<const std::byte> bytes);

}  // namespace harness
