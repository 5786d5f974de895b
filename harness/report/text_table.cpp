#include "harness/report/text_table.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "harness/base/unicode.h"

namespace harness {
namespace {

constexpr std::size_t kGap = 2;  ///< Blanks before each column.
constexpr std::size_t kNarrowest = 4;

bool begins_code_point(char byte) {
  return (static_cast<unsigned char>(byte) & 0xc0) != 0x80;
}

/// The first `count` code points, or the last ones.
std::string_view first_points(std::string_view text, std::size_t count) {
  std::size_t at = 0;
  for (std::size_t seen = 0; at < text.size(); ++at) {
    if (begins_code_point(text[at]) && ++seen > count) break;
  }
  return text.substr(0, at);
}

std::string_view last_points(std::string_view text, std::size_t count) {
  std::size_t at = text.size();
  for (std::size_t seen = 0; at > 0 && seen < count; --at) {
    if (begins_code_point(text[at - 1])) ++seen;
  }
  return text.substr(at);
}

template <typename... Values>
std::string formatted(const char* format, Values... values) {
  std::array<char, 64> buffer;
  const int length = std::snprintf(buffer.data(), buffer.size(), format, values...);
  return {buffer.data(), static_cast<std::size_t>(length)};
}

}  // namespace

std::size_t display_width(std::string_view text) noexcept {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins_code_point));
}

std::string fit(std::string_view text, std::size_t width) {
  std::string shown = printable(text);
  if (display_width(shown) <= width) return shown;
  const std::size_t front = width / 2;
  std::string cut(first_points(shown, front));
  return cut.append("…").append(last_points(shown, width - front - 1));
}

std::string fit_end(std::string_view text, std::size_t width) {
  const std::string shown = printable(text);
  if (display_width(shown) <= width) return shown;
  return std::string("…").append(last_points(shown, width - 1));
}

std::string grouped(long long number) {
  const std::string digits = std::to_string(number);
  std::string text;
  for (std::size_t at = 0; at < digits.size(); ++at) {
    const bool after_digit = at > 0 && digits[at - 1] != '-';
    if (after_digit && (digits.size() - at) % 3 == 0) text += ',';
    text += digits[at];
  }
  return text;
}

std::string byte_size(double bytes) {
  constexpr std::array<const char*, 4> kUnits = {"KiB", "MiB", "GiB", "TiB"};
  if (bytes < 1024) return formatted("%.0f bytes", bytes);
  std::size_t unit = 0;
  double size = bytes / 1024;
  for (; size >= 1024 && unit + 1 < kUnits.size(); ++unit) size /= 1024;
  return formatted("%.2f %s", size, kUnits[unit]);
}

std::string short_number(double number) {
  return formatted("%.3g", number);
}

std::string percentage(double fraction) {
  return formatted("%.2f", 100 * fraction);
}

std::string sparkline(const std::vector<double>& values) {
  constexpr std::array<const char*, 8> kBars = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  std::vector<double> finite;
  std::copy_if(values.begin(), values.end(), std::back_inserter(finite),
               [](double value) { return std::isfinite(value); });
  if (finite.size() < 2) return "";
  const auto [low, high] = std::minmax_element(finite.begin(), finite.end());
  std::string line;
  for (const double value : values) {
    if (!std::isfinite(value)) {
      line += "·";
      continue;
    }
    const double share = *high > *low ? (value - *low) / (*high - *low) : 0.0;
    line += kBars[static_cast<std::size_t>(std::lround(share * (kBars.size() - 1)))];
  }
  return line;
}

std::vector<std::size_t> TextTable::widths(std::size_t available) const {
  std::vector<std::size_t> widths(columns_.size(), 0);
  std::size_t total = 0;
  for (std::size_t column = 0; column < columns_.size(); ++column) {
    for (const auto& row : rows_) {
      widths[column] = std::max(widths[column], display_width(printable(row[column])));
    }
    if (widths[column] == 0) continue;
    widths[column] = std::max(widths[column], display_width(columns_[column].heading));
    total += kGap + widths[column];
  }
  for (; total > available; --total) {
    const auto widest = std::max_element(widths.begin(), widths.end());
    if (*widest <= kNarrowest) break;
    --*widest;
  }
  return widths;
}

std::string TextTable::text(std::size_t width) const {
  const std::vector<std::size_t> wide = widths(width);
  const auto line = [&](auto cell_of) {
    std::string text;
    for (std::size_t column = 0; column < columns_.size(); ++column) {
      if (wide[column] == 0) continue;
      const std::string content = cell_of(column);
      const std::string cell =
          columns_[column].keep_end ? fit_end(content, wide[column]) : fit(content, wide[column]);
      const std::string padding(wide[column] - display_width(cell), ' ');
      const bool right = columns_[column].align == Align::kRight;
      text.append(kGap, ' ').append(right ? padding : cell).append(right ? cell : padding);
    }
    text.erase(text.find_last_not_of(' ') + 1);
    return text.append("\n");
  };
  std::string all = line([&](std::size_t column) { return columns_[column].heading; });
  for (const auto& row : rows_) all += line([&](std::size_t column) { return row[column]; });
  return all;
}

}  // namespace harness
