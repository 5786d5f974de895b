#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace harness {

/// Number of code points: what a terminal shows in one column each.
std::size_t display_width(std::string_view text) noexcept;

/// `text` in at most `width` columns; where it is longer its middle is replaced by "…", and control
/// characters by "?" so that a file's content cannot steer the terminal.
std::string fit(std::string_view text, std::size_t width);

/// The same, but cut at its front: "….0.bn.weight".
std::string fit_end(std::string_view text, std::size_t width);

/// 1234567 as "1,234,567".
std::string grouped(long long number);
/// 1572561 as "1.50 MiB".
std::string byte_size(double bytes);
/// Three significant digits: "0.00123", "6.1e-05", "0".
std::string short_number(double number);
/// A fraction as a percentage with two digits: 0.5205 as "52.05".
std::string percentage(double fraction);
/// Values as a row of bars, the smallest lowest: "▁▃▆█". Empty for fewer than two values.
std::string sparkline(const std::vector<double>& values);

/// Columns of text under headings, aligned for a terminal.
class TextTable {
 public:
  enum class Align { kLeft, kRight };
  struct Column {
    std::string heading;
    Align align = Align::kLeft;
    bool keep_end = false;  ///< What does not fit is cut by fit_end() instead of fit().
  };

  explicit TextTable(std::vector<Column> columns) : columns_(std::move(columns)) {}

  /// cells: as many as there are columns.
  void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  bool empty() const noexcept { return rows_.empty(); }

  /// One line per row under the headings, each indented by two blanks, none ending in blanks and
  /// none wider than `width`: the widest columns give way. A column that is empty in every row is
  /// left out.
  std::string text(std::size_t width) const;

 private:
  std::vector<std::size_t> widths(std::size_t available) const;

  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace harness
