#include "harness/report/text_table.h"

#include <algorithm>

#include <fmt/format.h>

#include "harness/base/unicode.h"

namespace harness {
namespace {

constexpr std::size_t kColumnGap = 2;  ///< Blanks before each column.
constexpr std::size_t kNarrowestColumn = 4;

}  // namespace

std::vector<std::size_t> TextTable::widths(std::size_t available) const {
  std::vector<std::size_t> widths(columns_.size(), 0);
  std::size_t total = 0;
  for (std::size_t column = 0; column < columns_.size(); ++column) {
    for (const auto& row : rows_) {
      widths[column] = std::max(widths[column], columns_of(printable(row[column])));
    }
    if (widths[column] == 0) continue;
    widths[column] = std::max(widths[column], columns_of(columns_[column].heading));
    total += kColumnGap + widths[column];
  }
  for (; total > available; --total) {
    const auto widest = std::max_element(widths.begin(), widths.end());
    if (*widest <= kNarrowestColumn) break;
    --*widest;
  }
  return widths;
}

std::string TextTable::text(std::size_t width) const {
  const std::vector<std::size_t> wide = widths(width);
  const auto line = [&](auto cell_of) {
    std::string text;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (wide[i] == 0) continue;
      text += fmt::format("{:{}}{}", "", kColumnGap,
                          fit(cell_of(i), wide[i], columns_[i].align, columns_[i].cut));
    }
    text.erase(text.find_last_not_of(' ') + 1);
    return text + "\n";
  };
  std::string all = line([&](std::size_t column) { return columns_[column].heading; });
  for (const auto& row : rows_) all += line([&](std::size_t column) { return row[column]; });
  return all;
}

}  // namespace harness
