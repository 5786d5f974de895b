#include "harness/deepbench/printed_digits.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>

#include <fmt/format.h>

namespace harness {

int decimals_of(double printed) {
  // The shortest text that reads as this number is the text it was read from, less its last zeros.
  const std::string text = fmt::format("{}", printed);
  const std::size_t exponent = std::min(text.find('e'), text.size());
  const std::size_t point = std::min(text.find('.'), exponent);
  int decimals = static_cast<int>(exponent - std::min(point + 1, exponent));
  if (text.substr(std::min(point + 1, exponent), exponent) == "0") decimals = 0;
  if (exponent < text.size()) decimals -= std::atoi(text.c_str() + exponent + 1);
  return std::max(decimals, 0);
}

ColumnDigits::ColumnDigits(const SheetTable& table) {
  for (const auto& row : table.rows) {
    for (const auto& [column, number] : row.numbers) {
      int& most = decimals_[column];
      most = std::max(most, decimals_of(number));
    }
  }
}

double ColumnDigits::half_unit(std::string_view column) const {
  const auto found = decimals_.find(column);
  return found == decimals_.end() ? 0.0 : 0.5 * std::pow(10.0, -found->second);
}

double half_unit(double printed, int significant) {
  if (!(printed > 0.0)) return 0.0;
  return 0.5 * std::pow(10.0, std::floor(std::log10(printed)) + 1.0 - significant);
}

}  // namespace harness
