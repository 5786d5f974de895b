#include "harness/precision/loss_scaler.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "harness/base/error.h"

namespace harness {
namespace {

double as_float(double value) {
  return static_cast<float>(value);
}

bool is_grad_scaler(ScalerType type) {
  return facts(type).source == ScalerSource::kTorch;
}

/// code: whether the caller or a file is to blame.
void check(const ScalerOptions& options, ErrorCode code) {
  const auto problem = find_problem(options);
  if (!problem) return;
  throw Error(code, "loss scaler", fmt::format("{}: {}", problem->argument, problem->detail));
}

/// Reads a scaler's saved state, which must have exactly the expected keys.
class StateReader {
 public:
  StateReader(const Json& state, std::initializer_list<std::string_view> keys) : state_(state) {
    if (!state.is_object()) {
      fail("", fmt::format("expected an object, got {}", describe_type(state)));
    }
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
                fmt::format("{}{}{}", key, key.empty() ? "" : ": ", detail));
  }

 private:
  const Json& at(std::string_view key) const {
    const auto found = state_.find(key);
    if (found == state_.end()) fail(key, "expected a value, found none");
    return *found;
  }
  [[noreturn]] static void wrong(std::string_view key, std::string_view expected,
                                 const Json& value) {
    fail(key, fmt::format("expected {}, got {}", expected, value.dump()));
  }

  const Json& state_;
};

}  // namespace

LossScaler::LossScaler(const ScalerOptions& options)
    : options_(options),
      scale_(is_grad_scaler(options.type) ? as_float(options.init_scale) : options.init_scale) {
  check(options, ErrorCode::kUsage);
  if (options.type == ScalerType::kNone) scale_ = 1.0;
}

double LossScaler::inverse_scale() const noexcept {
  return as_float(1.0 / scale_);
}

bool LossScaler::is_mmcv() const noexcept {
  return facts(options_.type).source == ScalerSource::kMmcv;
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
    StateReader::fail("mode", fmt::format("expected \"dynamic\" or \"static\", got \"{}\"", mode));
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
  // Backing off from the smallest float gives 0: a useless scale, but the source saves it.
  if (!(scale >= 0.0) || !std::isfinite(scale)) {
    StateReader::fail("scale", "expected a finite number that is not negative");
  }
  iteration_ = reader.integer("_growth_tracker");
  options_ = options;
  scale_ = scale;
}

}  // namespace harness
