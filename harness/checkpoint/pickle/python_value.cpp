#include "harness/checkpoint/pickle/python_value.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <stdexcept>

namespace harness {

PythonValue::PythonValue(TensorView tensor)
    : kind_(Kind::kTensor), content_(std::make_shared<const TensorView>(std::move(tensor))) {}

PythonValue PythonValue::bytes(std::string bytes) {
  PythonValue value(std::move(bytes));
  value.kind_ = Kind::kBytes;
  return value;
}

PythonValue PythonValue::list(Items items) {
  return {Kind::kList, std::move(items)};
}

PythonValue PythonValue::tuple(Items items) {
  return {Kind::kTuple, std::move(items)};
}

PythonValue PythonValue::set(Items items) {
  return {Kind::kSet, std::move(items)};
}

PythonValue PythonValue::dict() {
  return {Kind::kDict, Items{}};
}

PythonValue PythonValue::ordered_dict() {
  return {Kind::kOrderedDict, Items{}};
}

PythonValue PythonValue::dtype(DType dtype) {
  PythonValue value;
  value.kind_ = Kind::kDType;
  value.content_ = dtype;
  return value;
}

PythonValue PythonValue::from_json(const Json& json) {
  switch (json.type()) {
    case Json::value_t::boolean:
      return json.get<bool>();
    case Json::value_t::number_integer:
      return json.get<std::int64_t>();
    case Json::value_t::number_unsigned:
      if (json.get<std::uint64_t>() > INT64_MAX) break;
      return json.get<std::int64_t>();
    case Json::value_t::number_float:
      return json.get<double>();
    case Json::value_t::string:
      return json.get<std::string>();
    case Json::value_t::array: {
      PythonValue value = list();
      for (const auto& item : json) value.append(from_json(item));
      return value;
    }
    case Json::value_t::object: {
      PythonValue value = dict();
      for (const auto& [key, item] : json.items()) value.set(key, from_json(item));
      return value;
    }
    case Json::value_t::null:
      return {};
    default:
      break;
  }
  throw std::invalid_argument("expected a value within 64 bits, got " + json.dump());
}

PythonValue PythonValue::state_dict(const std::vector<TensorView>& tensors) {
  PythonValue value = ordered_dict();
  for (const auto& tensor : tensors) value.set(tensor.name, tensor);
  return value;
}

PythonValue& PythonValue::set(PythonValue key, PythonValue value) {
  if (kind_ != Kind::kDict && kind_ != Kind::kOrderedDict) {
    throw std::invalid_argument("expected a dict to put an entry into");
  }
  Items& items = std::get<Items>(content_);
  items.push_back(std::move(key));
  items.push_back(std::move(value));
  return *this;
}

PythonValue& PythonValue::append(PythonValue value) {
  if (kind_ != Kind::kList && kind_ != Kind::kTuple && kind_ != Kind::kSet) {
    throw std::invalid_argument("expected a list, a tuple or a set to append to");
  }
  std::get<Items>(content_).push_back(std::move(value));
  return *this;
}

PythonValue& PythonValue::set_attributes(PythonValue attributes) {
  if (kind_ != Kind::kOrderedDict || attributes.kind_ != Kind::kDict) {
    throw std::invalid_argument("expected an OrderedDict and a dict of attributes");
  }
  attributes_ = std::make_shared<const PythonValue>(std::move(attributes));
  return *this;
}

TensorView row_major_tensor(std::string name, DType dtype, std::vector<std::int64_t> shape,
                            std::span<const std::byte> bytes) {
  TensorView view;
  view.name = std::move(name);
  view.dtype = dtype;
  view.shape = std::move(shape);
  view.strides.resize(view.shape.size());
  std::int64_t stride = 1;
  for (std::size_t axis = view.shape.size(); axis-- > 0;) {
    view.strides[axis] = stride;
    stride *= std::max<std::int64_t>(view.shape[axis], 1);
  }
  view.storage_bytes = bytes;
  if (view.packed_size() != bytes.size()) {
    throw std::invalid_argument(fmt::format("{}: expected {} bytes for {}, got {}", view.name,
                                            view.packed_size(), describe(dtype, view.shape),
                                            bytes.size()));
  }
  return view;
}

}  // namespace harness
