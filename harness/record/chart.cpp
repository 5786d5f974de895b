#include "harness/record/chart.h"

namespace harness {

std::string_view to_string(SeriesKind kind) noexcept {
  return kind == SeriesKind::kBars ? "bars" : "line";
}

bool read_name(std::string_view name, SeriesKind& kind) noexcept {
  for (const auto known : {SeriesKind::kLine, SeriesKind::kBars}) {
    if (to_string(known) != name) continue;
    kind = known;
    return true;
  }
  return false;
}

}  // namespace harness
