#include "harness/arithmetic/upstream_quirks.h"

#include <array>
#include <utility>

namespace harness {
namespace {

constexpr auto kQuirks = std::to_array<std::pair<bool UpstreamQuirks::*, std::string_view>>({
    {&UpstreamQuirks::wrap_rounds_norm, "wrap-rounds-norm"},
    {&UpstreamQuirks::masters_not_saved, "masters-not-saved"},
    {&UpstreamQuirks::momentum_lost_on_resume, "momentum-lost-on-resume"},
    {&UpstreamQuirks::no_overflow_check, "no-overflow-check"},
});

}  // namespace

std::vector<std::string_view> quirk_names() {
  return names_of({true, true, true, true});
}

std::vector<std::string_view> names_of(const UpstreamQuirks& quirks) {
  std::vector<std::string_view> names;
  for (const auto& [quirk, name] : kQuirks) {
    if (quirks.*quirk) names.push_back(name);
  }
  return names;
}

bool turn_on(UpstreamQuirks& quirks, std::string_view name) noexcept {
  for (const auto& [quirk, known] : kQuirks) {
    if (known != name) continue;
    quirks.*quirk = true;
    return true;
  }
  return false;
}

}  // namespace harness
