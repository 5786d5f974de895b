#include "harness/checkpoint/pickle/pickle_python.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/base/error.h"
#include "harness/base/unicode.h"
#include "harness/checkpoint/pickle/numpy_json.h"
#include "harness/checkpoint/pickle/pickle_json.h"

namespace harness {
namespace {

constexpr std::size_t kExtraPythonValues = std::size_t{1} << 20;

class Converter {
 public:
  Converter(const StoredPickle& stored, std::string_view subject,
            const std::vector<std::string>& left_out)
      : stored_(stored),
        subject_(subject),
        left_out_(left_out),
        values_left_(stored.tree.size() + kExtraPythonValues) {}

  RewritableValue convert() {
    result_.value = convert(stored_.tree.root);
    return std::move(result_);
  }

 private:
  [[noreturn]] void fail(const std::string& detail) const {
    throw Error(ErrorCode::kInvalidFile, subject_, for_message(name_) + ": " + detail);
  }

  PythonValue convert(ValueId id) {
    if (values_left_-- == 0) fail("expected values in proportion to the file, got repetitions");
    const PickleValue& value = stored_.tree[id];
    switch (value.kind) {
      case PickleKind::kNone:
        return {};
      case PickleKind::kBool:
        return value.integer != 0;
      case PickleKind::kInt:
        return value.integer;
      case PickleKind::kFloat:
        return value.real;
      case PickleKind::kString:
        return value.text;
      case PickleKind::kBytes:
        return PythonValue::bytes(std::string(value.text));
      case PickleKind::kTensor:
        return tensor(value);
      case PickleKind::kGlobal:
        return global(value);
      case PickleKind::kOpaque:
        return opaque(value);
      case PickleKind::kList:
      case PickleKind::kTuple:
      case PickleKind::kSet:
      case PickleKind::kDict:
        return container(id, value);
      case PickleKind::kBigInt:
      case PickleKind::kStorage:
        break;
    }
    fail(fmt::format("expected plain data and tensors, got {}", describe(value.kind)));
  }

  PythonValue container(ValueId id, const PickleValue& value) {
    if (++depth_ > kMaxPythonDepth) {
      fail(fmt::format("expected nesting of at most {}, got more (a container that holds itself?)",
                       kMaxPythonDepth));
    }
    PythonValue made = value.kind == PickleKind::kDict ? dict(id, value) : sequence(value);
    --depth_;
    return made;
  }

  PythonValue sequence(const PickleValue& value) {
    PythonValue made = value.kind == PickleKind::kList    ? PythonValue::list()
                       : value.kind == PickleKind::kTuple ? PythonValue::tuple()
                                                          : PythonValue::set();
    for (std::size_t index = 0; index < value.items.size(); ++index) {
      made.append(child(value.items[index], std::to_string(index)));
    }
    return made;
  }

  PythonValue dict(ValueId id, const PickleValue& value) {
    const bool ordered = value.role == GlobalRole::kOrderedDict;
    PythonValue made = ordered ? PythonValue::ordered_dict() : PythonValue::dict();
    for (std::size_t index = 0; index + 1 < value.items.size(); index += 2) {
      const std::string key = key_text(stored_.tree, value.items[index]);
      if (depth_ == 1 && std::ranges::find(left_out_, key) != left_out_.end()) {
        if (std::ranges::find(result_.left_out, key) == result_.left_out.end()) {
          result_.left_out.push_back(key);
        }
        continue;
      }
      made.set(convert(value.items[index]), child(value.items[index + 1], key));
    }
    const auto attributes = stored_.tree.attributes.find(id);
    if (ordered && attributes != stored_.tree.attributes.end() &&
        stored_.tree[attributes->second].kind == PickleKind::kDict) {
      made.set_attributes(child(attributes->second, "__dict__"));
    }
    return made;
  }

  PythonValue child(ValueId id, const std::string& key) {
    const std::size_t length = name_.size();
    name_ += (name_.empty() ? "" : ".") + key;
    PythonValue made = convert(id);
    name_.resize(length);
    return made;
  }

  PythonValue tensor(const PickleValue& value) {
    const PickledTensor& tensor = stored_.tree.tensors[static_cast<std::size_t>(value.integer)];
    return TensorView{.name = name_,
                      .dtype = tensor.dtype,
                      .shape = tensor.shape,
                      .strides = tensor.strides,
                      .offset = tensor.offset,
                      .storage = tensor.storage,
                      .storage_bytes = stored_.storages[tensor.storage]};
  }

  PythonValue global(const PickleValue& value) {
    constexpr std::string_view kPrefix = "torch.";
    if (value.role == GlobalRole::kTorchDtype && value.text.starts_with(kPrefix)) {
      if (const auto dtype = dtype_named(value.text.substr(kPrefix.size()))) {
        return PythonValue::dtype(*dtype);
      }
    }
    fail("expected plain data and tensors, got the class " + for_message(value.text));
  }

  PythonValue opaque(const PickleValue& value) {
    if (value.role == GlobalRole::kNumpyScalar) {
      const auto number = numpy_to_json(stored_.tree, value);
      if (number && number->is_primitive() && !number->is_null()) {
        result_.changed.push_back(name_ + (number->is_string()
                                               ? ": numpy scalar written as a text"
                                               : ": numpy scalar written as a number"));
        return PythonValue::from_json(*number);
      }
    }
    fail("expected plain data and tensors, got an object of the class " + for_message(value.text) +
         ", which torch.load(weights_only=True) would refuse; remove it before publishing");
  }

  const StoredPickle& stored_;
  std::string subject_;
  const std::vector<std::string>& left_out_;
  std::string name_;
  int depth_ = 0;
  std::size_t values_left_;
  RewritableValue result_;
};

}  // namespace

RewritableValue to_python_value(const StoredPickle& stored, std::string_view subject,
                                const std::vector<std::string>& left_out) {
  return Converter(stored, subject, left_out).convert();
}

}  // namespace harness
