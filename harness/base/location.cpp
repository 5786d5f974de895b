#include "harness/base/location.h"

#include <algorithm>
#include <cctype>

namespace harness {

bool is_url(std::string_view location) noexcept {
  const auto end = location.find("://");
  if (end == std::string_view::npos || end == 0) return false;
  const std::string_view scheme = location.substr(0, end);
  return std::all_of(scheme.begin(), scheme.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '+' || c == '-' || c == '.';
  });
}

}  // namespace harness
