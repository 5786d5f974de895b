#include "harness/arithmetic/scaler.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <utility>

#include <fmt/format.h>

#include "harness/arithmetic/names.h"

namespace harness {
namespace {

constexpr std::string_view kScale = "scale";
constexpr std::string_view kInitScale = "init_scale";

// facts() indexes this table by the enumerator: keep it in the enumeration's order.
constexpr auto kScalers = std::to_array<ScalerFacts>({
    {.defaults = {.type = ScalerType::kNone},
     .name = "none",
     .source = ScalerSource::kNone,
     .is_dynamic = false,
     .growth_factor = "",
     .backoff_factor = "",
     .growth_interval = ""},
    {.defaults = {.type = ScalerType::kStatic, .init_scale = 512.0, .growth_interval = 1000},
     .name = "static",
     .source = ScalerSource::kMmcv,
     .is_dynamic = false,
     .growth_factor = "",
     .backoff_factor = "",
     .growth_interval = ""},
    {.defaults = {.type = ScalerType::kMmcvDynamic, .init_scale = 0x1p32, .growth_interval = 1000},
     .name = "mmcv-dynamic",
     .source = ScalerSource::kMmcv,
     .is_dynamic = true,
     .growth_factor = "scale_factor",
     .backoff_factor = "",
     .growth_interval = "scale_window"},
    {.defaults = {.type = ScalerType::kGradScaler, .init_scale = 0x1p16},
     .name = "grad-scaler",
     .source = ScalerSource::kTorch,
     .is_dynamic = true,
     .growth_factor = "growth_factor",
     .backoff_factor = "backoff_factor",
     .growth_interval = "growth_interval"},
    {.defaults = {.type = ScalerType::kGradScalerPinned, .init_scale = 512.0},
     .name = "grad-scaler-pinned",
     .source = ScalerSource::kTorch,
     .is_dynamic = false,
     .growth_factor = "",
     .backoff_factor = "",
     .growth_interval = ""},
});

std::optional<ScalerProblem> problem(std::string_view argument, std::string_view expected,
                                     const Json& got) {
  return ScalerProblem{argument, fmt::format("expected {}, got {}", expected, got.dump())};
}

/// One of the two words for the scale, "" when neither is there.
std::string_view word_for_scale(ObjectReader& reader) {
  const bool scale = reader.optional(kScale) != nullptr;
  const bool init_scale = reader.optional(kInitScale) != nullptr;
  if (scale && init_scale) reader.fail(kInitScale, "expected it or scale, got both");
  if (scale) return kScale;
  return init_scale ? kInitScale : "";
}

void read_number(ObjectReader& reader, std::string_view key, double& value) {
  if (!key.empty()) value = reader.optional_number(key).value_or(value);
}

void read_count(ObjectReader& reader, std::string_view key, std::int64_t& value) {
  if (!key.empty()) value = reader.optional_integer(key).value_or(value);
}

/// The key under which a suite states this field of ScalerOptions.
std::string_view key_of(const ScalerFacts& known, std::string_view scale,
                        std::string_view argument) {
  if (argument == kInitScale) return scale;
  if (argument == "growth_factor") return known.growth_factor;
  return argument == "backoff_factor" ? known.backoff_factor : known.growth_interval;
}

}  // namespace

ScalerOptions ScalerOptions::defaults(ScalerType type) {
  return facts(type).defaults;
}

const ScalerFacts& facts(ScalerType type) noexcept {
  return kScalers[static_cast<std::size_t>(type)];
}

std::string_view to_string(ScalerType type) noexcept {
  return facts(type).name;
}

std::optional<ScalerType> find_scaler_type(std::string_view name) noexcept {
  const auto found = std::ranges::find(kScalers, name, &ScalerFacts::name);
  return found == kScalers.end() ? std::nullopt : std::optional(found->defaults.type);
}

std::vector<std::string_view> scaler_names() {
  std::vector<std::string_view> names;
  for (const auto& scaler : kScalers) names.push_back(scaler.name);
  return names;
}

bool is_dynamic(ScalerType type) noexcept {
  return facts(type).is_dynamic;
}

std::int64_t steps_to_come_down(const ScalerOptions& options) noexcept {
  if (!is_dynamic(options.type)) return 0;
  const bool is_mmcv = options.type == ScalerType::kMmcvDynamic;
  const double factor = is_mmcv ? 1.0 / options.growth_factor : options.backoff_factor;
  if (!(factor < 1.0)) return 0;
  std::int64_t steps = 0;
  for (double scale = options.init_scale; scale > 1.0; scale *= factor) ++steps;
  return steps;
}

std::optional<ScalerProblem> find_problem(const ScalerOptions& options) {
  const bool is_float = facts(options.type).source == ScalerSource::kTorch;
  const double scale = is_float ? static_cast<float>(options.init_scale) : options.init_scale;
  if (!(std::isfinite(scale) && scale > 0.0)) {
    return problem(kInitScale, "a finite positive number", options.init_scale);
  }
  if (!(std::isfinite(options.growth_factor) && options.growth_factor >= 1.0)) {
    return problem("growth_factor", "a number of at least 1", options.growth_factor);
  }
  if (!(options.backoff_factor > 0.0 && options.backoff_factor < 1.0)) {
    return problem("backoff_factor", "a number between 0 and 1", options.backoff_factor);
  }
  if (options.growth_interval < 1) {
    return problem("growth_interval", "at least 1", options.growth_interval);
  }
  return std::nullopt;
}

ScalerOptions scaler_from_json(const Json& scaler, std::string_view subject,
                               std::string_view path) {
  ObjectReader reader(scaler, std::string(subject), std::string(path));
  const std::string name = reader.required_string("type");
  const auto type = find_scaler_type(name);
  if (!type) reader.fail("type", expected_one_of(scaler_names(), name));
  const ScalerFacts& known = facts(*type);
  ScalerOptions options = known.defaults;
  const std::string_view scale = *type == ScalerType::kNone ? "" : word_for_scale(reader);
  if (*type == ScalerType::kStatic && scale.empty()) {
    reader.fail(kScale, "expected the scale of a static scaler, got nothing");
  }
  read_number(reader, scale, options.init_scale);
  read_number(reader, known.growth_factor, options.growth_factor);
  read_number(reader, known.backoff_factor, options.backoff_factor);
  read_count(reader, known.growth_interval, options.growth_interval);
  reader.finish();
  if (const auto wrong = find_problem(options)) {
    reader.fail(key_of(known, scale, wrong->argument), wrong->detail);
  }
  return options;
}

Json to_json(const ScalerOptions& options) {
  const ScalerFacts& known = facts(options.type);
  Json json = {{"type", known.name}};
  if (options.type == ScalerType::kNone) return json;
  const auto write_number = [&](std::string_view key, double value, double otherwise) {
    if (!key.empty() && value != otherwise) json[key] = plain_number(value);
  };
  const ScalerOptions& source = known.defaults;
  if (known.is_dynamic) {
    write_number(kInitScale, options.init_scale, source.init_scale);
  } else {
    json[kScale] = plain_number(options.init_scale);
  }
  write_number(known.growth_factor, options.growth_factor, source.growth_factor);
  write_number(known.backoff_factor, options.backoff_factor, source.backoff_factor);
  if (!known.growth_interval.empty() && options.growth_interval != source.growth_interval) {
    json[known.growth_interval] = options.growth_interval;
  }
  return json;
}

}  // namespace harness
