#include "harness/checkpoint/numpy_weights.h"

#include <string>

#include <fmt/format.h>

namespace harness {
namespace {

bool is_array_of_floats(const Json& value) {
  if (value.value("__class__", Json()) != "numpy.ndarray") return false;
  const Json dtype = value.value("dtype", Json());
  const Json shape = value.value("shape", Json());
  return dtype.is_string() && dtype.get<std::string>().starts_with("float") && shape.is_array() &&
         !shape.empty();
}

std::string shape_text(const Json& shape) {
  std::string text;
  for (const Json& size : shape) text += (text.empty() ? "" : ", ") + size.dump();
  return text;
}

/// The nesting of JSON made of a pickle is limited (PickleToJson::kMaxDepth).
void collect(const Json& value, const std::string& path, std::vector<UnreadTensor>& found) {
  if (value.is_object() && is_array_of_floats(value)) {
    found.push_back({path, fmt::format("numpy array {} [{}]", value.at("dtype").get<std::string>(),
                                       shape_text(value.at("shape")))});
    return;
  }
  if (!value.is_structured()) return;
  std::size_t index = 0;
  for (const auto& [key, item] : value.items()) {
    const std::string part = value.is_object() ? key : std::to_string(index++);
    collect(item, path.empty() ? part : fmt::format("{}.{}", path, part), found);
  }
}

}  // namespace

std::vector<UnreadTensor> numpy_weights(const Json& top_level, const Json& state_dict_values) {
  std::vector<UnreadTensor> found;
  collect(state_dict_values, "", found);
  collect(top_level, "", found);
  return found;
}

}  // namespace harness
