#include "harness/train/trainable_pipeline.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

namespace harness {
namespace {

struct Step {
  std::string_view type;
  ConfigSection options;  ///< The keys beside "type".
  bool required = false;
};

/// The steps in the order of prepare_for_training(). Their numbers are read by recipe_of().
const std::array kSteps{
    Step{"LoadImageFromFile",
         {{{"to_float32", "[false]"},
           {"color_type", R"(["color"])"},
           {"imdecode_backend", R"(["cv2"])"},
           {"file_client_args"}}}},
    Step{"LoadAnnotations",
         {{{"reduce_zero_label", "[false]"},
           {"imdecode_backend", R"(["pillow"])"},
           {"file_client_args"}}}},
    Step{"Resize",
         {{{"img_scale"},
           {"ratio_range"},
           {"multiscale_mode", R"(["range"])"},
           {"keep_ratio", "[true]"}}},
         true},
    Step{"RandomCrop", {{{"crop_size"}, {"cat_max_ratio"}, {"ignore_index", "[255]"}}}, true},
    Step{"RandomFlip", {{{"prob"}, {"flip_ratio"}, {"direction", R"(["horizontal"])"}}}},
    Step{"PhotoMetricDistortion",
         {{{"brightness_delta"}, {"contrast_range"}, {"saturation_range"}, {"hue_delta"}}}},
    Step{"Normalize", {{{"mean"}, {"std"}, {"to_rgb"}}}, true},
    Step{"Pad",
         {{{"size"},
           {"size_divisor", "[null]"},
           {"pad_val", "[0]"},
           {"seg_pad_val", "[null, 255]"}}}},
    Step{"DefaultFormatBundle", {}},
    Step{"Collect", {{{"keys"}, {"meta_keys"}}}}};

std::size_t number_of(const std::string& type) {
  const auto found = std::find_if(kSteps.begin(), kSteps.end(),
                                  [&type](const Step& step) { return step.type == type; });
  return static_cast<std::size_t>(found - kSteps.begin());
}

void check_options(const ConfigChecks& checks, const std::string& path, Json step,
                   const Step& known) {
  step.erase("type");
  checks.section(path, step, known.options);
}

}  // namespace

void check_pipeline(const ConfigChecks& checks, const std::string& path) {
  const Json pipeline = checks.at(path);
  if (pipeline.is_null()) return;
  if (!pipeline.is_array()) checks.refuse(path, "a list", pipeline);
  std::size_t next = 0;
  const auto pass_over = [&](std::size_t until) {
    for (; next < until; ++next) {
      if (!kSteps[next].required) continue;
      checks.refuse(path, fmt::format("the step {} here", kSteps[next].type), pipeline);
    }
  };
  for (const auto& step : pipeline) {
    const bool has_type = step.is_object() && step.contains("type") && step["type"].is_string();
    const std::size_t number =
        has_type ? number_of(step["type"].get<std::string>()) : kSteps.size();
    if (number == kSteps.size()) checks.refuse(path, "a step of the zoo's pipeline", step);
    if (number < next) checks.refuse(path, "the zoo's order of steps", step);
    pass_over(number);
    check_options(checks, fmt::format("{}.{}", path, kSteps[number].type), step, kSteps[number]);
    next = number + 1;
  }
  pass_over(kSteps.size());
}

}  // namespace harness
