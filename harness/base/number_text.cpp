#include "harness/base/number_text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace harness {
namespace {

constexpr int kMostDigits = 12;

std::string without_trailing_zeros(std::string text) {
  if (text.find('.') == std::string::npos) return text;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

/// Digits after the point needed to show `significant` digits of a value.
int digits_for(double value, int significant) {
  if (value == 0.0 || !std::isfinite(value)) return 0;
  const int magnitude = static_cast<int>(std::floor(std::log10(std::abs(value))));
  return std::clamp(significant - 1 - magnitude, 0, kMostDigits);
}

}  // namespace

std::string fixed_text(double value, int digits) {
  if (!std::isfinite(value)) return std::isnan(value) ? "nan" : (value > 0 ? "inf" : "-inf");
  std::string text = fmt::format("{:.{}f}", value, std::max(digits, 0));
  const bool is_zero = text.find_first_not_of("-0.") == std::string::npos;
  return is_zero && text.front() == '-' ? text.substr(1) : text;
}

std::string measured_text(double value, int published_digits) {
  const bool whole = std::abs(value) < 1e15 && value == std::floor(value);
  if (whole && published_digits < 0) return fixed_text(value, 0);
  if (value != 0.0 && std::abs(value) < 1e-4) return short_text(value, 2);
  return fixed_text(value, std::max(published_digits + 1, digits_for(value, 2)));
}

std::string short_text(double value, int significant) {
  if (!std::isfinite(value)) return fixed_text(value, 0);
  const double size = std::abs(value);
  if (size != 0.0 && (size < 1e-4 || size >= 1e15)) {
    return fmt::format("{:.{}g}", value, significant);
  }
  return without_trailing_zeros(fixed_text(value, digits_for(value, significant)));
}

std::string count_text(std::int64_t count) {
  const std::string digits = fmt::to_string(count);
  const std::size_t first = digits.front() == '-' ? 1 : 0;
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > first && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

std::string byte_text(double bytes) {
  constexpr std::array<std::string_view, 4> kUnits = {"KiB", "MiB", "GiB", "TiB"};
  if (bytes < 1024) return fixed_text(bytes, 0) + " bytes";
  std::size_t unit = 0;
  double size = bytes / 1024;
  for (; size >= 1024 && unit + 1 < kUnits.size(); ++unit) size /= 1024;
  return fmt::format("{} {}", fixed_text(size, 2), kUnits[unit]);
}

std::string share_text(std::int64_t part, std::int64_t whole) {
  if (whole <= 0) return "-";
  return short_text(100.0 * static_cast<double>(part) / static_cast<double>(whole), 2) + " %";
}

std::string plural(std::int64_t count, const std::string& noun) {
  return fmt::format("{} {}{}", count_text(count), noun, count == 1 ? "" : "s");
}

std::string listing(const std::vector<std::string>& names) {
  constexpr std::size_t kNamesShown = 3;
  const bool all = names.size() <= kNamesShown;
  const auto shown = std::span(names).first(std::min(names.size(), kNamesShown));
  return fmt::format("{}{}", fmt::join(shown, ", "), all ? "" : ", ...");
}

std::string enumeration(const std::vector<std::string>& parts) {
  if (parts.size() < 2) return parts.empty() ? "" : parts.front();
  const auto before = std::span(parts).first(parts.size() - 1);
  return fmt::format("{} and {}", fmt::join(before, ", "), parts.back());
}

}  // namespace harness
