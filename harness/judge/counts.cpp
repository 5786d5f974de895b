#include "harness/judge/counts.h"

#include <cmath>

#include <fmt/format.h>

#include "harness/base/number_text.h"

namespace harness {

bool is_count(std::int64_t number) noexcept {
  return 0 <= number && number <= std::int64_t{1} << 52;
}

bool is_same_number(double a, double b) noexcept {
  return a == b || (std::isnan(a) && std::isnan(b));
}

std::string parts_defect(const std::string& what, std::int64_t whole,
                         std::initializer_list<std::int64_t> parts) {
  std::int64_t left = is_count(whole) ? whole : -1;
  for (const auto part : parts) left = is_count(part) ? left - part : -1;
  if (left >= 0) return "";
  std::string list;
  for (const auto part : parts) list += fmt::format("{}{}", list.empty() ? "" : ", ", part);
  return fmt::format("{} cannot hold these parts of it: {}", plural(whole, what), list);
}

std::string census_defect(
    const std::map<std::string, std::map<std::string, std::int64_t>>& census) {
  for (const auto& [kind, types] : census) {
    for (const auto& [type, count] : types) {
      if (count <= 0)
        return fmt::format("expected {} in {} at least once, got {}", kind, type, count);
    }
  }
  return "";
}

std::string first_of(std::initializer_list<std::string> defects) {
  for (const auto& defect : defects) {
    if (!defect.empty()) return defect;
  }
  return "";
}

}  // namespace harness
