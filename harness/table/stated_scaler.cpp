#include "harness/table/stated_scaler.h"

#include "harness/base/measurement.h"

namespace harness {
namespace {

/// mmcv 1.3.14, mmcv/runner/fp16_utils.py; torch/amp/grad_scaler.py; Fp16OptimizerHook's 512.
StatedScaler defaults_of(const std::string& type) {
  if (type == "mmcv-dynamic") return {type, 0x1p32, 2.0, 0.5, 1000};
  if (type == "grad-scaler") return {type, 0x1p16, 2.0, 0.5, 2000};
  if (type == "static" || type == "grad-scaler-pinned") return {type, 512.0};
  return {type};
}

}  // namespace

bool StatedScaler::is_dynamic() const noexcept {
  return type == "mmcv-dynamic" || type == "grad-scaler";
}

std::optional<StatedScaler> stated_scaler(const Json& arithmetic) {
  const Json* stated = find_at(arithmetic, {"scaler"});
  const std::string type = text_at(arithmetic, {"scaler", "type"});
  if (stated == nullptr || type.empty()) return std::nullopt;
  StatedScaler scaler = defaults_of(type);
  const auto number = [stated](const char* key, double otherwise) {
    return number_at(*stated, {key}).value_or(otherwise);
  };
  scaler.init_scale = number("scale", number("init_scale", scaler.init_scale));
  if (type == "mmcv-dynamic") {
    scaler.growth_factor = number("scale_factor", scaler.growth_factor);
    scaler.backoff_factor = 1.0 / scaler.growth_factor;
  }
  const char* interval = type == "mmcv-dynamic" ? "scale_window" : "growth_interval";
  scaler.growth_interval = count_at(*stated, {interval}).value_or(scaler.growth_interval);
  if (type == "grad-scaler") {
    scaler.growth_factor = number("growth_factor", scaler.growth_factor);
    scaler.backoff_factor = number("backoff_factor", scaler.backoff_factor);
  }
  return scaler;
}

}  // namespace harness
