#include "harness/precision/loss_scaler.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <initializer_list>
#include <string>
#include <utility>

#include "harness/base/error.h"

namespace harness {
namespace {

constexpr auto kNames = std::to_array<std::pair<ScalerType, std::string_view>>({
    {ScalerType::kNone, "none"},
    {ScalerType::kStatic, "static"},
    {ScalerType::kMmcvDynamic, "mmcv-dynamic"},
    {ScalerType::kGradScaler, "grad-scaler"},
    {ScalerType::kGradScalerPinned, "grad-scaler-pinned"},
});

double as_float(double value) {
  return static_cast<float>(value);
}

bool is_grad_scaler(ScalerType type) {
  return type == ScalerType::kGradScaler || type == ScalerType::kGradScalerPinned;
}

void require(ErrorCode code, bool holds, std::string_view name, double value,
             std::string_view expected) {
  if (holds) return;
  throw Error(
      code, "loss scaler",
      std::string(name) + ": expected " + std::string(expected) + ", got " + Json(value).dump());
}

/// code: whose fault it would be: the caller's or a file's.
void check(const ScalerOptions& options, ErrorCode code) {
  const double scale =
      is_grad_scaler(options.type) ? as_float(options.init_scale) : options.init_scale;
  require(code, std::isfinite(scale) && scale > 0.0, "init_scale", options.init_scale,
          "a finite positive number");
  require(code, std::isfinite(options.growth_factor) && options.growth_factor >= 1.0,
          "growth factor", options.growth_factor, "a number of at least 1");
  require(code, options.backoff_factor > 0.0 && options.backoff_factor < 1.0, "backoff_factor",
          options.backoff_factor, "a number between 0 and 1");
  require(code, options.growth_interval >= 1, "growth interval",
          static_cast<double>(options.growth_interval), "at least 1");
}

/// Reads a scaler's saved state: every key that is expected and no other.
class StateReader {
 public:
  StateReader(const Json& state, std::initializer_list<std::string_view> keys) : state_(state) {
    if (!state.is_object())
      fail("", std::string("expected an object, got ").append(describe_type(state)));
    for (const auto& [key, value] : state.items()) {
      if (std::find(keys.begin(), keys.end(), key) == keys.end()) {
        fail(key, "is no key of this scaler's state: was it saved by another one?");
      }
    }
  }

  double number(std::string_view key) const {
    const Json& value = at(key);
    if (!value.is_number()) wrong(key, "a number", value);
    return value.get<double>();
  }
  std::int64_t integer(std::string_view key) const {
    const Json& value = at(key);
    if (!value.is_number_integer()) wrong(key, "an integer", value);
    return value.get<std::int64_t>();
  }
  std::string text(std::string_view key) const {
    const Json& value = at(key);
    if (!value.is_string()) wrong(key, "a string", value);
    return value.get<std::string>();
  }

  [[noreturn]] static void fail(std::string_view key, std::string_view detail) {
    throw Error(ErrorCode::kInvalidFile, "loss scaler's state",
                std::string(key).append(key.empty() ? "" : ": ").append(detail));
  }

 private:
  const Json& at(std::string_view key) const {
    const auto found = state_.find(std::string(key));
    if (found == state_.end()) fail(key, "expected a value, found none");
    return *found;
  }
  [[noreturn]] static void wrong(std::string_view key, std::string_view expected,
                                 const Json& value) {
    fail(key, std::string("expected ").append(expected).append(", got ").append(value.dump()));
  }

  const Json& state_;
};

double number_or(ObjectReader& reader, std::string_view key, double otherwise) {
  return reader.optional_number(key).value_or(otherwise);
}

/// The keyword arguments of mmcv's LossScaler or torch's GradScaler, as far as `options.type` has
/// them.
void read_arguments(ObjectReader& reader, ScalerOptions& options) {
  if (options.type == ScalerType::kNone) return;
  options.init_scale = number_or(reader, "init_scale", options.init_scale);
  if (options.type == ScalerType::kMmcvDynamic) {
    options.growth_factor = number_or(reader, "scale_factor", options.growth_factor);
    options.growth_interval =
        reader.optional_integer("scale_window").value_or(options.growth_interval);
  } else if (options.type == ScalerType::kGradScaler) {
    options.growth_factor = number_or(reader, "growth_factor", options.growth_factor);
    options.backoff_factor = number_or(reader, "backoff_factor", options.backoff_factor);
    options.growth_interval =
        reader.optional_integer("growth_interval").value_or(options.growth_interval);
  }
}

constexpr std::string_view kHook = "Fp16OptimizerHook";

[[noreturn]] void refuse_argument(const Json& loss_scale, std::string_view expected) {
  throw Error(ErrorCode::kInvalidSuite, kHook,
              std::string("loss_scale: expected ")
                  .append(expected)
                  .append(", got ")
                  .append(loss_scale.dump()));
}

ScalerOptions from_number(ScalerType type, double scale) {
  auto options = ScalerOptions::defaults(type);
  options.init_scale = scale;
  return options;
}

ScalerOptions from_arguments(const Json& arguments, HookBranch branch) {
  ObjectReader reader(arguments, std::string(kHook), "loss_scale");
  auto type = ScalerType::kGradScaler;
  if (branch == HookBranch::kMmcvHalf) {
    const auto mode = reader.optional_string("mode").value_or("dynamic");
    if (mode != "dynamic" && mode != "static") {
      reader.fail("mode", "expected \"dynamic\" or \"static\", got \"" + mode + "\"");
    }
    type = mode == "static" ? ScalerType::kStatic : ScalerType::kMmcvDynamic;
  }
  // LossScaler's defaults do not depend on its mode.
  auto options =
      ScalerOptions::defaults(branch == HookBranch::kMmcvHalf ? ScalerType::kMmcvDynamic : type);
  read_arguments(reader, options);
  reader.finish();
  options.type = type;
  return options;
}

}  // namespace

std::string_view to_string(ScalerType type) noexcept {
  for (const auto& [value, name] : kNames) {
    if (value == type) return name;
  }
  return "unknown";
}

ScalerType scaler_type_from_string(std::string_view name) {
  std::string known;
  for (const auto& [type, text] : kNames) {
    if (text == name) return type;
    known.append(known.empty() ? "" : ", ").append(text);
  }
  throw Error(ErrorCode::kUsage, "loss scaler",
              "expected one of " + known + ", got \"" + std::string(name) + "\"");
}

ScalerOptions ScalerOptions::defaults(ScalerType type) {
  switch (type) {
    case ScalerType::kNone:
      return {.type = type};
    case ScalerType::kMmcvDynamic:
      return {.type = type, .init_scale = 0x1p32, .growth_interval = 1000};
    case ScalerType::kGradScaler:
      return {.type = type, .init_scale = 0x1p16};
    case ScalerType::kGradScalerPinned:
      return {.type = type, .init_scale = 512.0};
    case ScalerType::kStatic:
      return {.type = type, .init_scale = 512.0, .growth_interval = 1000};
  }
  return {};
}

ScalerOptions scaler_from_json(const Json& scaler, std::string_view subject,
                               std::string_view path) {
  ObjectReader reader(scaler, std::string(subject), std::string(path));
  auto options = ScalerOptions::defaults(scaler_type_from_string(reader.required_string("type")));
  const bool stands_still =
      options.type == ScalerType::kStatic || options.type == ScalerType::kGradScalerPinned;
  if (stands_still) options.init_scale = number_or(reader, "scale", options.init_scale);
  read_arguments(reader, options);
  reader.finish();
  check(options, ErrorCode::kInvalidSuite);
  return options;
}

ScalerOptions scaler_from_hook(const Json& loss_scale, HookBranch branch) {
  if (branch == HookBranch::kMmcv104) {
    if (!loss_scale.is_number()) refuse_argument(loss_scale, "a number (mmcv before 1.2.0)");
    return from_number(ScalerType::kStatic, loss_scale.get<double>());
  }
  const bool half = branch == HookBranch::kMmcvHalf;
  if (loss_scale.is_object()) return from_arguments(loss_scale, branch);
  if (loss_scale == "dynamic") {
    return ScalerOptions::defaults(half ? ScalerType::kMmcvDynamic : ScalerType::kGradScaler);
  }
  if (loss_scale.is_number_float()) {
    return from_number(half ? ScalerType::kStatic : ScalerType::kGradScalerPinned,
                       loss_scale.get<double>());
  }
  refuse_argument(loss_scale, "a float (not an integer), a dict or \"dynamic\"");
}

LossScaler::LossScaler(const ScalerOptions& options)
    : options_(options),
      scale_(is_grad_scaler(options.type) ? as_float(options.init_scale) : options.init_scale) {
  check(options, ErrorCode::kUsage);
  if (options.type == ScalerType::kNone) scale_ = 1.0;
}

double LossScaler::inverse_scale() const noexcept {
  return as_float(1.0 / scale_);
}

bool LossScaler::looks_for_overflow() const noexcept {
  return options_.type == ScalerType::kMmcvDynamic || is_grad_scaler(options_.type);
}

bool LossScaler::is_mmcv() const noexcept {
  return options_.type == ScalerType::kMmcvDynamic || options_.type == ScalerType::kStatic;
}

void LossScaler::update(bool overflow) {
  if (options_.type == ScalerType::kMmcvDynamic) update_mmcv(overflow);
  if (options_.type == ScalerType::kGradScaler) update_grad_scaler(overflow);
}

void LossScaler::update_mmcv(bool overflow) {
  if (overflow) {
    scale_ = std::max(scale_ / options_.growth_factor, 1.0);
    last_overflow_ = iteration_;
  } else if ((iteration_ - last_overflow_) % options_.growth_interval == 0) {
    scale_ *= options_.growth_factor;
  }
  ++iteration_;
}

void LossScaler::update_grad_scaler(bool overflow) {
  if (overflow) {
    scale_ = as_float(scale_ * options_.backoff_factor);
    iteration_ = 0;
    return;
  }
  if (++iteration_ < options_.growth_interval) return;
  const double grown = as_float(scale_ * options_.growth_factor);
  if (std::isfinite(grown)) scale_ = grown;
  iteration_ = 0;
}

Json LossScaler::state() const {
  if (is_mmcv()) {
    return {{"cur_scale", scale_},
            {"cur_iter", iteration_},
            {"mode", options_.type == ScalerType::kStatic ? "static" : "dynamic"},
            {"last_overflow_iter", last_overflow_},
            {"scale_factor", options_.growth_factor},
            {"scale_window", options_.growth_interval}};
  }
  if (!is_grad_scaler(options_.type)) return Json::object();
  return {{"scale", scale_},
          {"growth_factor", options_.growth_factor},
          {"backoff_factor", options_.backoff_factor},
          {"growth_interval", options_.growth_interval},
          {"_growth_tracker", iteration_}};
}

void LossScaler::restore(const Json& state) {
  if (is_mmcv()) return restore_mmcv(state);
  if (is_grad_scaler(options_.type)) return restore_grad_scaler(state);
  StateReader(state, {});
}

void LossScaler::restore_mmcv(const Json& state) {
  const StateReader reader(state, {"cur_scale", "cur_iter", "mode", "last_overflow_iter",
                                   "scale_factor", "scale_window"});
  const auto mode = reader.text("mode");
  if (mode != "dynamic" && mode != "static") {
    StateReader::fail("mode", "expected \"dynamic\" or \"static\", got \"" + mode + "\"");
  }
  auto options = options_;
  options.type = mode == "static" ? ScalerType::kStatic : ScalerType::kMmcvDynamic;
  options.growth_factor = reader.number("scale_factor");
  options.growth_interval = reader.integer("scale_window");
  check(options, ErrorCode::kInvalidFile);
  const double scale = reader.number("cur_scale");
  if (!(scale > 0.0)) StateReader::fail("cur_scale", "expected a positive number");
  last_overflow_ = reader.integer("last_overflow_iter");
  iteration_ = reader.integer("cur_iter");
  options_ = options;
  scale_ = scale;
}

void LossScaler::restore_grad_scaler(const Json& state) {
  const StateReader reader(
      state, {"scale", "growth_factor", "backoff_factor", "growth_interval", "_growth_tracker"});
  auto options = options_;
  options.growth_factor = reader.number("growth_factor");
  options.backoff_factor = reader.number("backoff_factor");
  options.growth_interval = reader.integer("growth_interval");
  check(options, ErrorCode::kInvalidFile);
  const double scale = as_float(reader.number("scale"));
  // Backing off from the smallest float gives 0: a dead scale, but one that the source saves.
  if (!(scale >= 0.0) || !std::isfinite(scale)) {
    StateReader::fail("scale", "expected a finite number that is not negative");
  }
  iteration_ = reader.integer("_growth_tracker");
  options_ = options;
  scale_ = scale;
}

}  // namespace harness
