#include "harness/train/training_recipe.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "harness/base/error.h"
#include "harness/evaluate/normalization_config.h"
#include "harness/record/training_record.h"
#include "harness/table/json_checks.h"
#include "harness/train/config_checks.h"
#include "harness/train/trainable_config.h"

namespace harness {
namespace {

/// Reads numbers of a config or of a suite's recipe, and refuses other values.
class Values {
 public:
  /// object: kept by reference. subject: the row. where: the object's path, for example "config.".
  Values(const Json& object, std::string subject, std::string where)
      : object_(object), subject_(std::move(subject)), where_(std::move(where)) {}

  [[noreturn]] void refuse(const std::string& path, const std::string& expected,
                           const Json& got) const {
    throw Error(ErrorCode::kInvalidSuite, subject_,
                fmt::format("{}{}: expected {}, got {}", where_, path, expected, excerpt_of(got)));
  }

  Json at(std::string_view path) const { return ConfigChecks(object_, subject_).at(path); }

  double number(const std::string& path, double otherwise) const {
    const Json value = at(path);
    if (value.is_null()) return otherwise;
    if (!value.is_number()) refuse(path, "a number", value);
    return value.get<double>();
  }

  std::int64_t count(const std::string& path, std::int64_t otherwise) const {
    const Json value = at(path);
    if (value.is_null()) return otherwise;
    const bool is_count = value.is_number_integer() && value.get<std::int64_t>() > 0;
    if (!is_count) refuse(path, "a positive integer", value);
    return value.get<std::int64_t>();
  }

  /// A list of numbers; `size` of them unless it is 0. Empty where there is none.
  std::vector<double> numbers(const std::string& path, std::size_t size) const {
    const Json value = at(path);
    if (value.is_null()) return {};
    const bool fits =
        value.is_array() && (size == 0 || value.size() == size) &&
        std::all_of(value.begin(), value.end(), [](const Json& one) { return one.is_number(); });
    const std::string many = size == 0 ? "numbers" : fmt::format("{} numbers", size);
    if (!fits) refuse(path, "a list of " + many, value);
    return value.get<std::vector<double>>();
  }

  ImageSize size(const std::string& path, bool width_first) const {
    const Json value = at(path);
    const bool is_pair = value.is_array() && value.size() == 2 && value[0].is_number_integer() &&
                         value[1].is_number_integer();
    if (!is_pair) refuse(path, "two integers", value);
    const auto first = value[0].get<std::int64_t>();
    const auto second = value[1].get<std::int64_t>();
    return width_first ? ImageSize{second, first} : ImageSize{first, second};
  }

 private:
  const Json& object_;
  const std::string subject_, where_;
};

void read_schedule(const Values& config, TrainingRecipe& recipe) {
  PolySchedule& schedule = recipe.schedule;
  schedule.base_lr = config.number("optimizer.lr", schedule.base_lr);
  // What a config omits has the libraries' default, not the zoo's value.
  const bool has_schedule = config.at("lr_config").is_object();
  schedule.power = config.number("lr_config.power", has_schedule ? 1.0 : schedule.power);
  schedule.min_lr = config.number("lr_config.min_lr", has_schedule ? 0.0 : schedule.min_lr);
  schedule.iterations =
      config.count("runner.max_iters", config.count("total_iters", schedule.iterations));
  SgdOptions& sgd = recipe.arithmetic.sgd;
  const bool has_optimizer = config.at("optimizer").is_object();
  sgd.momentum = config.number("optimizer.momentum", has_optimizer ? 0.0 : sgd.momentum);
  sgd.weight_decay =
      config.number("optimizer.weight_decay", has_optimizer ? 0.0 : sgd.weight_decay);
  if (config.at("optimizer_config.grad_clip").is_object()) {
    // clip_grad_norm_ has no default for it.
    const double none = std::nan("");
    const double norm = config.number("optimizer_config.grad_clip.max_norm", none);
    if (std::isnan(norm)) config.refuse("optimizer_config.grad_clip.max_norm", "a number", nullptr);
    recipe.arithmetic.max_grad_norm = norm;
  }
}

void read_resize(const Values& step, TrainingPipeline& pipeline) {
  pipeline.scale = step.size("img_scale", /*width_first=*/true);
  pipeline.ratio_lower = pipeline.ratio_upper = 1.0;
  const auto range = step.numbers("ratio_range", 2);
  if (range.empty()) return;
  pipeline.ratio_lower = range[0];
  pipeline.ratio_upper = range[1];
}

void read_photometric(const Values& step, TrainingPipeline& pipeline) {
  PhotometricRanges ranges;
  ranges.brightness_delta = step.number("brightness_delta", ranges.brightness_delta);
  ranges.hue_delta = static_cast<int>(step.count("hue_delta", ranges.hue_delta));
  for (const auto& [key, lower, upper] :
       {std::tuple{"contrast_range", &ranges.contrast_lower, &ranges.contrast_upper},
        std::tuple{"saturation_range", &ranges.saturation_lower, &ranges.saturation_upper}}) {
    const auto range = step.numbers(key, 2);
    if (range.empty()) continue;
    *lower = range[0];
    *upper = range[1];
  }
  pipeline.photometric = ranges;
}

/// Reads a step that check_pipeline() accepted; steps not named here have no numbers.
void read_step(const Json& step, const std::string& subject, TrainingPipeline& pipeline) {
  const std::string type = step.at("type").get<std::string>();
  const Values values(step, subject, fmt::format("config.data.train.pipeline.{}.", type));
  if (type == "Resize") read_resize(values, pipeline);
  if (type == "PhotoMetricDistortion") read_photometric(values, pipeline);
  if (type == "Normalize") pipeline.normalization = normalization_of_step(step);
  if (type == "RandomFlip") {
    pipeline.flip_probability = values.number("prob", values.number("flip_ratio", 0.0));
  }
  if (type == "RandomCrop") {
    pipeline.crop = values.size("crop_size", /*width_first=*/false);
    pipeline.cat_max_ratio = values.number("cat_max_ratio", 1.0);
  }
  if (type == "Pad") {
    const ImageSize size = values.size("size", /*width_first=*/false);
    if (!(size == pipeline.crop)) values.refuse("size", "the size of the crop", step.at("size"));
    pipeline.ignored_class = static_cast<std::uint8_t>(values.number("seg_pad_val", 255));
  }
}

void read_data(const Values& config, const std::string& subject, TrainingRecipe& recipe) {
  const Json pipeline = config.at("data.train.pipeline");
  if (!pipeline.is_null()) {
    recipe.pipeline.photometric.reset();
    recipe.pipeline.flip_probability = 0.0;
    for (const auto& step : pipeline) read_step(step, subject, recipe.pipeline);
  }
  recipe.batch = static_cast<std::size_t>(
      config.count("data.samples_per_gpu", static_cast<std::int64_t>(recipe.batch)));
}

void read_losses(const Values& config, models::LossOptions& losses) {
  for (const auto& [head, loss] : {std::pair{"model.decode_head", &losses.decode},
                                   std::pair{"model.auxiliary_head", &losses.auxiliary}}) {
    const std::string path = fmt::format("{}.loss_decode", head);
    // A head without a weight has CrossEntropyLoss's default, not the zoo's auxiliary weight.
    const double otherwise = config.at(head).is_object() ? 1.0 : loss->weight;
    loss->weight = config.number(path + ".loss_weight", otherwise);
    const auto classes = config.count(fmt::format("{}.num_classes", head), 0);
    loss->class_weight = config.numbers(path + ".class_weight", static_cast<std::size_t>(classes));
  }
}

template <typename T>
void note_departure(std::string_view what, const T& suite, const T& config,
                    std::vector<std::string>& departures) {
  if (suite == config) return;
  departures.push_back(fmt::format("{} {} for the config's {}", what, suite, config));
}

std::vector<std::string> departures_of(const TrainingRecipe& suite, const TrainingRecipe& config) {
  const auto text = [](const ImageSize& size) {
    return fmt::format("{}x{}", size.height, size.width);
  };
  std::vector<std::string> departures;
  note_departure("iterations", suite.schedule.iterations, config.schedule.iterations, departures);
  note_departure("lr", suite.schedule.base_lr, config.schedule.base_lr, departures);
  note_departure("batch", suite.batch, config.batch, departures);
  note_departure("crop", text(suite.pipeline.crop), text(config.pipeline.crop), departures);
  return departures;
}

void read_suite(const Row& row, TrainingRecipe& recipe) {
  const Values suite(row.recipe, row.id, "recipe.");
  recipe.schedule.iterations = suite.count("iterations", recipe.schedule.iterations);
  recipe.schedule.base_lr = suite.number("lr", recipe.schedule.base_lr);
  recipe.batch =
      static_cast<std::size_t>(suite.count("batch", static_cast<std::int64_t>(recipe.batch)));
  if (row.recipe.contains("crop")) recipe.pipeline.crop = suite.size("crop", false);
}

/// The scaler of the row's own arithmetic is the suite's. Where the suite names none, the config
/// must have trained with the default.
void check_scaler(const Values& config, const ScalerOptions& scaler) {
  for (const auto* path : {"optimizer_config.loss_scale", "fp16.loss_scale"}) {
    const Json stated = config.at(path);
    const bool has_scale = scaler.type != ScalerType::kNone;
    if (stated.is_null() || (has_scale && stated == scaler.init_scale)) continue;
    config.refuse(path,
                  (has_scale ? Json(scaler.init_scale).dump() : "none") +
                      " unless the suite's arithmetic names a scaler",
                  stated);
  }
}

void read_arithmetic(const Row& row, const Values& config, TrainingOptions& options) {
  const bool is_own = row.policy() == options.policy;
  const Arithmetic arithmetic =
      is_own && row.arithmetic ? *row.arithmetic : Arithmetic{.policy = options.policy};
  options.scaler = arithmetic.scaler_or_default();
  options.quirks = arithmetic.quirks;
  if (is_own && !arithmetic.scaler) check_scaler(config, options.scaler);
}

}  // namespace

TrainingRecipe recipe_of(const Row& row, const Json& config, Policy policy) {
  if (config.is_object()) require_trainable(config, row.id);
  const Values values(config, row.id, "config.");
  TrainingRecipe recipe;
  recipe.arithmetic.policy = policy;
  read_arithmetic(row, values, recipe.arithmetic);
  read_schedule(values, recipe);
  read_data(values, row.id, recipe);
  read_losses(values, recipe.losses);
  recipe.log_interval = values.count("log_config.interval", recipe.log_interval);
  recipe.evaluation_interval = values.count("evaluation.interval", recipe.evaluation_interval);
  recipe.save_interval = values.count("checkpoint_config.interval", recipe.save_interval);
  const Json pretrained = values.at("model.pretrained");
  if (pretrained.is_string()) recipe.pretrained = pretrained.get<std::string>();
  const TrainingRecipe of_config = recipe;
  read_suite(row, recipe);
  if (config.is_object()) {
    recipe.departures = departures_of(recipe, of_config);
  } else {
    recipe.departures = {kWithoutConfig};
  }
  return recipe;
}

}  // namespace harness
