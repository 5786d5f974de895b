#include "harness/precision/upstream_quirks.h"

#include <array>
#include <utility>

#include "harness/base/error.h"

namespace harness {
namespace {

constexpr auto kNames = std::to_array<std::pair<bool UpstreamQuirks::*, std::string_view>>({
    {&UpstreamQuirks::wrap_rounds_norm, "wrap-rounds-norm"},
    {&UpstreamQuirks::masters_not_saved, "masters-not-saved"},
    {&UpstreamQuirks::momentum_lost_on_resume, "momentum-lost-on-resume"},
    {&UpstreamQuirks::no_overflow_check, "no-overflow-check"},
});

void turn_on(UpstreamQuirks& quirks, std::string_view name) {
  std::string known;
  for (const auto& [quirk, text] : kNames) {
    if (text == name) {
      quirks.*quirk = true;
      return;
    }
    known.append(known.empty() ? "" : ", ").append(text);
  }
  throw Error(ErrorCode::kUsage, "upstream quirk",
              "expected one of " + known + ", got \"" + std::string(name) + "\"");
}

}  // namespace

UpstreamQuirks quirks_from_names(std::span<const std::string> names) {
  UpstreamQuirks quirks;
  for (const auto& name : names) turn_on(quirks, name);
  return quirks;
}

std::vector<std::string_view> names_of(const UpstreamQuirks& quirks) {
  std::vector<std::string_view> names;
  for (const auto& [quirk, name] : kNames) {
    if (quirks.*quirk) names.push_back(name);
  }
  return names;
}

}  // namespace harness
