#include "harness/arithmetic/arithmetic.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "harness/arithmetic/names.h"
#include "harness/base/number_text.h"

namespace harness {
namespace {

std::string pair_text(const Arithmetic& arithmetic) {
  return fmt::format("{} with {}", to_string(arithmetic.policy),
                     to_string(arithmetic.scaler_or_default().type));
}

std::string allowed_text(const PolicyFacts& policy) {
  std::vector<std::string> names;
  for (const auto type : policy.scalers) names.emplace_back(to_string(type));
  return enumeration(names);
}

UpstreamQuirks quirks_from_json(const ObjectReader& reader, const Json& names) {
  if (!names.is_array())
    reader.fail("quirks", fmt::format("expected a list, got {}", names.dump()));
  UpstreamQuirks quirks;
  for (const auto& name : names) {
    if (!name.is_string())
      reader.fail("quirks", fmt::format("expected names, got {}", name.dump()));
    const auto text = name.get<std::string>();
    if (!turn_on(quirks, text)) reader.fail("quirks", expected_one_of(quirk_names(), text));
  }
  return quirks;
}

}  // namespace

ScalerOptions Arithmetic::scaler_or_default() const {
  return scaler.value_or(default_scaler(policy));
}

std::optional<Objection> find_objection(const Arithmetic& arithmetic) {
  const PolicyFacts& policy = facts(arithmetic.policy);
  const ScalerType scaler = arithmetic.scaler_or_default().type;
  const std::string pair = pair_text(arithmetic);
  if (std::ranges::find(policy.scalers, scaler) == policy.scalers.end()) {
    return Objection{"scaler", fmt::format("{}: expected {}: {}", pair, allowed_text(policy),
                                           policy.no_other_scaler)};
  }
  const auto quirks = names_of(arithmetic.quirks);
  if (!quirks.empty() && !policy.has_masters()) {
    return Objection{"quirks",
                     fmt::format("{}: expected none: {} is a quirk of training with master weights",
                                 pair, quirks.front())};
  }
  if (arithmetic.quirks.no_overflow_check && scaler != ScalerType::kStatic) {
    return Objection{"quirks",
                     fmt::format("{}: expected the scaler static for no-overflow-check: dynamic "
                                 "scaling came together with the check (mmcv 1.2.0)",
                                 pair)};
  }
  return std::nullopt;
}

Arithmetic arithmetic_from_json(const Json& value, std::string_view subject,
                                std::string_view path) {
  ObjectReader reader(value, std::string(subject), std::string(path));
  const std::string name = reader.required_string("policy");
  const auto policy = find_row_policy(name);
  if (!policy) reader.fail("policy", expected_one_of(row_policy_names(), name));
  Arithmetic arithmetic{.policy = *policy};
  if (const Json* scaler = reader.optional("scaler")) {
    arithmetic.scaler = scaler_from_json(*scaler, subject, reader.path_of("scaler"));
  }
  if (const Json* quirks = reader.optional("quirks")) {
    arithmetic.quirks = quirks_from_json(reader, *quirks);
  }
  reader.finish();
  if (const auto objection = find_objection(arithmetic)) {
    reader.fail(objection->part, objection->reason);
  }
  return arithmetic;
}

Json to_json(const Arithmetic& arithmetic) {
  Json json = {{"policy", to_string(arithmetic.policy)}};
  if (arithmetic.scaler) json["scaler"] = to_json(*arithmetic.scaler);
  const auto quirks = names_of(arithmetic.quirks);
  if (!quirks.empty()) json["quirks"] = quirks;
  return json;
}

}  // namespace harness
