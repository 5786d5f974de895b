#include "harness/train/training_recipe.h"

#include <set>

#include "harness/base/error.h"
#include "harness/evaluate/normalization_config.h"

namespace harness {
namespace {

[[noreturn]] void refuse(const std::string& part, const std::string& expected, const Json& got) {
  throw Error(ErrorCode::kInvalidFile, "config: " + part,
              "expected " + expected + ", got " + got.dump());
}

/// The value under a path of keys, or null.
Json at(const Json& config, std::initializer_list<const char*> path) {
  const Json* value = &config;
  for (const auto* key : path) {
    if (!value->is_object() || !value->contains(key)) return nullptr;
    value = &value->at(key);
  }
  return *value;
}

double number(const Json& config, std::initializer_list<const char*> path, double otherwise) {
  const Json value = at(config, path);
  if (value.is_null()) return otherwise;
  if (!value.is_number()) refuse(std::data(path)[path.size() - 1], "a number", value);
  return value.get<double>();
}

std::int64_t count(const Json& config, std::initializer_list<const char*> path,
                   std::int64_t otherwise) {
  const Json value = at(config, path);
  if (value.is_null()) return otherwise;
  const bool is_count = value.is_number_integer() && value.get<std::int64_t>() > 0;
  if (!is_count) refuse(std::data(path)[path.size() - 1], "a positive integer", value);
  return value.get<std::int64_t>();
}

void expect_text(const Json& config, std::initializer_list<const char*> path,
                 const std::string& expected) {
  const Json value = at(config, path);
  if (!value.is_null() && value != expected) {
    refuse(std::data(path)[0], expected, value);
  }
}

void read_schedule(const Json& config, TrainingRecipe& recipe) {
  expect_text(config, {"optimizer", "type"}, "SGD");
  expect_text(config, {"lr_config", "policy"}, "poly");
  for (const auto* key : {"warmup", "by_epoch"}) {
    const Json value = at(config, {"lr_config", key});
    if (!value.is_null() && value != false) refuse("lr_config", "no " + std::string(key), value);
  }
  if (at(config, {"optimizer", "nesterov"}) == true) refuse("optimizer", "no nesterov", true);
  if (!at(config, {"optimizer", "paramwise_cfg"}).is_null()) {
    refuse("optimizer", "one group of parameters", at(config, {"optimizer", "paramwise_cfg"}));
  }
  PolySchedule& schedule = recipe.schedule;
  schedule.base_lr = number(config, {"optimizer", "lr"}, schedule.base_lr);
  // What a config leaves out has the libraries' default and not the zoo's value.
  const bool has_schedule = at(config, {"lr_config"}).is_object();
  schedule.power = number(config, {"lr_config", "power"}, has_schedule ? 1.0 : schedule.power);
  schedule.min_lr = number(config, {"lr_config", "min_lr"}, has_schedule ? 0.0 : schedule.min_lr);
  schedule.iterations =
      count(config, {"runner", "max_iters"}, count(config, {"total_iters"}, schedule.iterations));
  SgdOptions& sgd = recipe.arithmetic.sgd;
  const bool has_optimizer = at(config, {"optimizer"}).is_object();
  sgd.momentum = number(config, {"optimizer", "momentum"}, has_optimizer ? 0.0 : sgd.momentum);
  sgd.weight_decay =
      number(config, {"optimizer", "weight_decay"}, has_optimizer ? 0.0 : sgd.weight_decay);
  const Json clip = at(config, {"optimizer_config", "grad_clip", "max_norm"});
  if (clip.is_number()) recipe.arithmetic.max_grad_norm = clip.get<double>();
}

ImageSize size_of(const Json& step, const char* key, bool width_first) {
  const Json value = at(step, {key});
  const bool is_pair = value.is_array() && value.size() == 2 && value[0].is_number_integer() &&
                       value[1].is_number_integer();
  if (!is_pair) refuse(at(step, {"type"}).dump() + "." + key, "two integers", value);
  const auto first = value[0].get<std::int64_t>();
  const auto second = value[1].get<std::int64_t>();
  return width_first ? ImageSize{second, first} : ImageSize{first, second};
}

void read_resize(const Json& step, TrainingPipeline& pipeline) {
  pipeline.scale = size_of(step, "img_scale", /*width_first=*/true);
  pipeline.ratio_lower = pipeline.ratio_upper = 1.0;
  const Json range = at(step, {"ratio_range"});
  if (range.is_null()) return;
  const bool is_pair =
      range.is_array() && range.size() == 2 && range[0].is_number() && range[1].is_number();
  if (!is_pair) refuse("Resize.ratio_range", "two numbers", range);
  pipeline.ratio_lower = range[0].get<double>();
  pipeline.ratio_upper = range[1].get<double>();
}

void read_photometric(const Json& step, TrainingPipeline& pipeline) {
  PhotometricRanges ranges;
  ranges.brightness_delta = number(step, {"brightness_delta"}, ranges.brightness_delta);
  ranges.hue_delta = static_cast<int>(count(step, {"hue_delta"}, ranges.hue_delta));
  for (const auto& [key, lower, upper] :
       {std::tuple{"contrast_range", &ranges.contrast_lower, &ranges.contrast_upper},
        std::tuple{"saturation_range", &ranges.saturation_lower, &ranges.saturation_upper}}) {
    const Json range = at(step, {key});
    if (range.is_null()) continue;
    if (!range.is_array() || range.size() != 2) refuse(key, "two numbers", range);
    *lower = range[0].get<double>();
    *upper = range[1].get<double>();
  }
  pipeline.photometric = ranges;
}

void read_step(const Json& step, TrainingPipeline& pipeline) {
  static const std::set<std::string> plain = {"LoadImageFromFile", "LoadAnnotations",
                                              "DefaultFormatBundle", "Collect"};
  const std::string type = step.is_object() ? step.value("type", "") : "";
  if (plain.count(type) > 0) return;
  if (type == "Resize") return read_resize(step, pipeline);
  if (type == "PhotoMetricDistortion") return read_photometric(step, pipeline);
  if (type == "RandomCrop") {
    pipeline.crop = size_of(step, "crop_size", /*width_first=*/false);
    pipeline.cat_max_ratio = number(step, {"cat_max_ratio"}, 1.0);
  } else if (type == "RandomFlip") {
    pipeline.flip_probability = number(step, {"prob"}, number(step, {"flip_ratio"}, 0.0));
  } else if (type == "Normalize") {
    pipeline.normalization = normalization_of_step(step);
  } else if (type == "Pad") {
    const ImageSize size = size_of(step, "size", /*width_first=*/false);
    if (!(size == pipeline.crop)) refuse("Pad.size", "the size of the crop", step);
    pipeline.ignored_class = static_cast<std::uint8_t>(number(step, {"seg_pad_val"}, 255));
  } else {
    refuse("data.train.pipeline", "a step of the zoo's training pipeline", step);
  }
}

void read_data(const Json& config, TrainingRecipe& recipe) {
  const Json pipeline = at(config, {"data", "train", "pipeline"});
  if (!pipeline.is_null()) {
    if (!pipeline.is_array()) refuse("data.train.pipeline", "a list", pipeline);
    recipe.pipeline.photometric.reset();
    recipe.pipeline.flip_probability = 0.0;
    for (const auto& step : pipeline) read_step(step, recipe.pipeline);
  }
  recipe.batch = static_cast<std::size_t>(
      count(config, {"data", "samples_per_gpu"}, static_cast<std::int64_t>(recipe.batch)));
}

void read_suite(const Row& row, TrainingRecipe& recipe) {
  recipe.schedule.iterations = count(row.recipe, {"iterations"}, recipe.schedule.iterations);
  recipe.schedule.base_lr = number(row.recipe, {"lr"}, recipe.schedule.base_lr);
  recipe.batch = static_cast<std::size_t>(
      count(row.recipe, {"batch"}, static_cast<std::int64_t>(recipe.batch)));
  if (row.recipe.contains("crop")) recipe.pipeline.crop = size_of(row.recipe, "crop", false);
}

}  // namespace

TrainingRecipe recipe_of(const Row& row, const Json& config, Policy policy) {
  TrainingRecipe recipe;
  recipe.arithmetic.policy = policy;
  recipe.arithmetic.scaler = default_scaler(policy);
  const std::string own = row.arithmetic.value("policy", "fp32");
  if (own == to_string(policy) && row.arithmetic.contains("scaler")) {
    recipe.arithmetic.scaler =
        scaler_from_json(row.arithmetic.at("scaler"), row.id, "arithmetic.scaler");
  }
  if (own == to_string(policy)) {
    recipe.arithmetic.quirks =
        quirks_from_names(row.arithmetic.value("quirks", std::vector<std::string>()));
  }
  read_schedule(config, recipe);
  read_data(config, recipe);
  recipe.log_interval = count(config, {"log_config", "interval"}, recipe.log_interval);
  recipe.evaluation_interval =
      count(config, {"evaluation", "interval"}, recipe.evaluation_interval);
  recipe.save_interval = count(config, {"checkpoint_config", "interval"}, recipe.save_interval);
  recipe.auxiliary_weight = number(
      config, {"model", "auxiliary_head", "loss_decode", "loss_weight"}, recipe.auxiliary_weight);
  const Json pretrained = at(config, {"model", "pretrained"});
  if (pretrained.is_string()) recipe.pretrained = pretrained.get<std::string>();
  read_suite(row, recipe);
  return recipe;
}

}  // namespace harness
