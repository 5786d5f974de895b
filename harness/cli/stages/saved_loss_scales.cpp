#include "harness/cli/stages/saved_loss_scales.h"

#include <fmt/format.h>

#include <limits>
#include <string>

#include "harness/base/measurement.h"
#include "harness/base/text.h"

namespace harness {
namespace {

constexpr int kMaxDepth = 8;
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

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

void collect(const Json& value, const std::string& name, const std::string& path, int depth,
             std::vector<SavedScaleRecord>& found) {
  if (depth == kMaxDepth || !value.is_structured()) return;
  if (value.is_object()) {
    const char* key = scale_key(name, value);
    const bool is_number = key != nullptr && (value[key].is_number() || value[key].is_null());
    if (is_number)
      found.push_back({path, text_at(value, {"mode"}),
                       value[key].is_number() ? value[key].get<double>() : kNaN});
    if (is_number) return;
  }
  std::size_t index = 0;
  for (const auto& [item_key, item] : value.items()) {
    const std::string part = value.is_object() ? item_key : std::to_string(index++);
    collect(item, part, path.empty() ? part : fmt::format("{}.{}", path, part), depth + 1, found);
  }
}

}  // namespace

std::vector<SavedScaleRecord> saved_loss_scales(const Json& top_level) {
  std::vector<SavedScaleRecord> found;
  collect(top_level, "", "", 0, found);
  return found;
}

}  // namespace harness
