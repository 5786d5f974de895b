#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "harness/report/text_layout.h"

namespace harness {

/// Columns of text under headings, aligned for a terminal.
class TextTable {
 public:
  struct Column {
    std::string heading;
    Align align = Align::kLeft;
    Cut cut = Cut::kMiddle;
  };

  explicit TextTable(std::vector<Column> columns) : columns_(std::move(columns)) {}

  /// cells: as many as there are columns.
  void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  bool empty() const noexcept { return rows_.empty(); }

  /// One line per row under the headings, each indented by two blanks, none ending in blanks and
  /// none wider than `width`: the widest columns are narrowed. A column that is empty in every row
  /// is left out.
  std::string text(std::size_t width) const;

 private:
  std::vector<std::size_t> widths(std::size_t available) const;

  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace harness
