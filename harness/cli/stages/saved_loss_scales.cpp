#include "harness/cli/stages/saved_loss_scales.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <optional>
#include <string>

#include "harness/base/measurement.h"
#include "harness/base/text.h"

namespace harness {
namespace {

constexpr int kMaxDepth = 8;
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

std::string join(const std::string& path, const std::string& key) {
  return path.empty() ? key : fmt::format("{}.{}", path, key);
}

/// The key under which an object keeps a loss scale; null where it is no scaler's state.
const char* scale_key(const std::string& name, const Json& object) {
  const std::string lower = lower_case(name);
  const bool is_scaler = lower.find("scaler") != std::string::npos || lower == "loss_scale" ||
                         lower == "amp" || lower == "native_amp_scaling_state";
  if (object.contains("cur_scale") && (is_scaler || object.contains("cur_iter"))) {
    return "cur_scale";
  }
  if (object.contains("scale") && (is_scaler || object.contains("growth_factor"))) return "scale";
  if (object.contains("loss_scale") && (is_scaler || object.contains("unskipped"))) {
    return "loss_scale";
  }
  return nullptr;
}

using ValueOfTensor = std::function<std::optional<double>(const std::string& path)>;

/// The number that a scale is; nothing for what is none ("dynamic").
std::optional<double> number_of(const Json& scale, const std::string& path,
                                const ValueOfTensor& tensor) {
  if (scale.is_number()) return scale.get<double>();
  if (scale.is_null()) return kNaN;
  if (!scale.is_object()) return std::nullopt;
  if (scale.contains("__tensor__")) return tensor(path);
  const Json values = scale.value("values", Json());
  if (!scale.contains("__class__") || !values.is_array() || values.size() != 1) return std::nullopt;
  return number_of(values.front(), path, tensor);
}

void collect(const Json& value, const std::string& name, const std::string& path, int depth,
             const ValueOfTensor& tensor, std::vector<SavedScaleRecord>& found) {
  if (depth == kMaxDepth || !value.is_structured()) return;
  if (value.is_object()) {
    const char* key = scale_key(name, value);
    const auto scale =
        key == nullptr ? std::nullopt : number_of(value[key], join(path, key), tensor);
    if (scale) {
      found.push_back({path, text_at(value, {"mode"}), std::isfinite(*scale) ? *scale : kNaN});
      return;
    }
  }
  std::size_t index = 0;
  for (const auto& [item_key, item] : value.items()) {
    const std::string part = value.is_object() ? item_key : std::to_string(index++);
    collect(item, part, join(path, part), depth + 1, tensor, found);
  }
}

}  // namespace

std::vector<SavedScaleRecord> saved_loss_scales(const Json& top_level,
                                                const ValueOfTensor& tensor) {
  std::vector<SavedScaleRecord> found;
  collect(top_level, "", "", 0, tensor, found);
  return found;
}

}  // namespace harness
