#include "harness/evaluate/normalization_config.h"

#include "harness/base/error.h"

namespace harness {
namespace {

/// A member of an object; null when there is none, or no object.
const Json* member(const Json& object, const char* key) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  return found == object.end() ? nullptr : &*found;
}

/// The first step of type Normalize in a pipeline, also inside MultiScaleFlipAug; null when none.
const Json* find_normalize(const Json& pipeline) {
  if (!pipeline.is_array()) return nullptr;
  for (const auto& step : pipeline) {
    if (!step.is_object()) continue;
    if (step.value("type", "") == "Normalize") return &step;
    if (step.contains("transforms")) {
      if (const Json* inner = find_normalize(step.at("transforms"))) return inner;
    }
  }
  return nullptr;
}

}  // namespace

Normalization normalization_of_step(const Json& step) {
  try {
    return {step.at("mean").get<std::array<double, 3>>(),
            step.at("std").get<std::array<double, 3>>(), step.value("to_rgb", true)};
  } catch (const nlohmann::json::exception&) {
    throw Error(ErrorCode::kInvalidFile, "config: Normalize",
                "expected three numbers of mean and of std, and to_rgb as true or false, got " +
                    step.dump());
  }
}

namespace {

/// MMSegmentation 1.x normalises in the model: SegDataPreProcessor, whose images stay BGR unless it
/// is told otherwise, and which does nothing without a mean.
Normalization normalization_of_preprocessor(const Json& preprocessor) {
  const Json* mean = member(preprocessor, "mean");
  const Json* to_rgb = member(preprocessor, "bgr_to_rgb");
  Json step = {{"mean", {0.0, 0.0, 0.0}},
               {"std", {1.0, 1.0, 1.0}},
               {"to_rgb", to_rgb == nullptr ? Json(false) : *to_rgb}};
  if (mean != nullptr && !mean->is_null()) {
    step["mean"] = *mean;
    const Json* deviation = member(preprocessor, "std");
    step["std"] = deviation == nullptr ? Json() : *deviation;
  }
  return normalization_of_step(step);
}

}  // namespace

Normalization normalization_of(const Json& config) {
  Normalization normalization;
  const Json* model = member(config, "model");
  const Json* preprocessor = model == nullptr ? nullptr : member(*model, "data_preprocessor");
  if (preprocessor != nullptr && preprocessor->is_object()) {
    return normalization_of_preprocessor(*preprocessor);
  }
  const Json* data = member(config, "data");
  if (data == nullptr) return normalization;
  for (const auto* split : {"test", "val"}) {
    const Json* part = member(*data, split);
    const Json* pipeline = part == nullptr ? nullptr : member(*part, "pipeline");
    const Json* step = pipeline == nullptr ? nullptr : find_normalize(*pipeline);
    if (step != nullptr) return normalization_of_step(*step);
  }
  return normalization;
}

}  // namespace harness
