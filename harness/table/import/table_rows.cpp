#include "harness/table/import/table_rows.h"

#include <optional>
#include <utility>

#include "harness/base/error.h"
#include "harness/table/import/link.h"
#include "harness/table/import/markdown_table.h"
#include "harness/table/import/table_columns.h"
#include "harness/table/json_checks.h"
#include "harness/table/method_name.h"

namespace harness {
namespace {

std::optional<PublishedFact> read_number(std::string_view text) {
  const auto number = parse_printed_number(text);
  if (!number) return std::nullopt;
  return fact_of(*number, {});
}

std::optional<PublishedFact> read_percentage(std::string_view text) {
  constexpr double kMost = 100.0;
  constexpr int kUsualDigits = 2;
  const auto number = parse_printed_number(text);
  if (!number || number->value > kMost) return std::nullopt;
  // 0.7225 is a fraction of 1: no model is published for less than one percent.
  if (number->value < 1.0 && number->digits > kUsualDigits) return std::nullopt;
  return fact_of(*number, {});
}

std::optional<PublishedFact> read_size(std::string_view text) {
  const auto size = parse_size(text);
  if (!size) return std::nullopt;
  return PublishedFact{.value = size_text(*size)};
}

std::optional<PublishedFact> read_schedule(std::string_view text) {
  const auto iterations = parse_iterations(text);
  if (!iterations) return std::nullopt;
  return PublishedFact{.value = *iterations};
}

/// Reads one row of a table whose columns are known.
class RowReader {
 public:
  RowReader(const MarkdownTable& table, const Columns& columns, const MarkdownRow& row,
            const PublishedPage& page)
      : table_(table), columns_(columns), row_(row), page_(page) {}

  PublishedRow read() {
    check_cells();
    PublishedRow published;
    published.place = page_.at(row_.line);
    published.source = source({});
    read_links(published);
    read_names(published);
    read_facts(published);
    return published;
  }

 private:
  [[noreturn]] void fail(const std::string& detail) const {
    throw Error(ErrorCode::kInvalidTable, page_.at(row_.line), detail);
  }

  void check_cells() const {
    const std::size_t expected = table_.header.cells.size();
    if (row_.written_cells == expected) return;
    fail("expected " + std::to_string(expected) + " cells as in the header, got " +
         std::to_string(row_.written_cells) + "; a bar inside a cell is written \\| or &#124;");
  }

  std::string header(Column column) const {
    return bare_text(table_.header.cells[columns_.at(column)].text);
  }

  Source source(std::optional<Column> column) const {
    return {page_.name_in_suite(), row_.line, column ? header(*column) : ""};
  }

  /// Nothing when the table has no such column.
  std::optional<std::string> text(Column column) const {
    const auto found = columns_.find(column);
    if (found == columns_.end()) return std::nullopt;
    return bare_text(row_.cells[found->second].text);
  }

  /// Files a link under what its ending says, else its text, else its column.
  std::string* slot_of(const MarkdownLink& link, Column column, PublishedRow& row) const {
    const std::string name = file_name_of(link.url);
    const auto ends_with = [&](std::string_view suffix) {
      return std::string_view(name).ends_with(suffix);
    };
    if (ends_with(".pth")) return &row.checkpoint;
    if (ends_with(".json") || ends_with(".log")) return &row.log;
    if (ends_with(".py")) return &row.config;
    const std::string label = normalised_header(link.text);
    if (label == "model" || label == "ckpt" || column == Column::kModel) return &row.checkpoint;
    if (label == "log" || column == Column::kLog) return &row.log;
    return column == Column::kConfig ? &row.config : nullptr;
  }

  void read_links(PublishedRow& row) const {
    for (const Column column : {Column::kConfig, Column::kDownload, Column::kModel, Column::kLog}) {
      const auto found = columns_.find(column);
      if (found == columns_.end()) continue;
      for (const MarkdownLink& link : row_.cells[found->second].links) {
        file_link(link, column, row);
      }
    }
  }

  void file_link(const MarkdownLink& link, Column column, PublishedRow& row) const {
    std::string* slot = slot_of(link, column, row);
    if (slot == nullptr || link.url.empty()) return;
    const std::string resolved = resolve_link(link.url, page_.folder(), page_.suite_folder);
    // A text log beside the JSON log says nothing more.
    const bool is_better_log = slot == &row.log && file_name_of(resolved).ends_with(".json") &&
                               !file_name_of(*slot).ends_with(".json");
    if (slot->empty() || is_better_log) {
      *slot = resolved;
      if (slot == &row.checkpoint) row.files_source = source(column);
    } else if (*slot != resolved && slot != &row.log) {
      fail("column " + in_quotes(header(column)) + ": expected one link, got " + in_quotes(*slot) +
           " and " + in_quotes(resolved));
    }
  }

  void read_names(PublishedRow& row) const {
    row.id = !row.config.empty() ? config_stem(row.config) : model_stem(row.checkpoint);
    if (!is_name(row.id)) {
      fail("expected a link to a config or a model whose file name can be the row's id, got " +
           in_quotes(row.id));
    }
    row.method = text(Column::kMethod).value_or("");
    const auto model = columns_.find(Column::kModel);
    if (row.method.empty() && model != columns_.end() && row_.cells[model->second].links.empty()) {
      row.method = *text(Column::kModel);
    }
    if (row.method.empty()) row.method = method_of_id(row.id);
    if (row.method.empty()) fail("expected a method in a column Method, got nothing");
    row.backbone = text(Column::kBackbone).value_or("");
    if (row.files_source.file.empty()) row.files_source = source({});
  }

  void read_facts(PublishedRow& row) const {
    row.facts["hash"] = hash_fact(row.checkpoint, row.files_source);
    add_fact(row, "config.crop", Column::kCropSize, "a size such as 512x1024", read_size);
    add_fact(row, "config.iterations", Column::kSchedule, "iterations such as 80000 or 80k",
             read_schedule);
    add_fact(row, "miou", Column::kMiou, "a percentage such as 76.80", read_percentage);
    add_fact(row, "miou_ms_flip", Column::kMiouMsFlip, "a percentage such as 76.80",
             read_percentage);
    add_fact(row, "memory", Column::kMemory, "a number", read_number);
    add_fact(row, "fps", Column::kFps, "a number", read_number);
    const std::string device = text(Column::kDevice).value_or("");
    if (is_not_published(device)) return;
    for (const char* id : {"memory", "fps"}) {
      if (row.facts.contains(id)) row.facts[id].conditions["hardware"] = device;
    }
  }

  /// Adds what `read_cell` makes of a cell; a "-" is null, and a column that is absent adds
  /// nothing.
  void add_fact(PublishedRow& row, const std::string& id, Column column, std::string_view expected,
                std::optional<PublishedFact> (*read_cell)(std::string_view)) const {
    const auto cell = text(column);
    if (!cell) return;
    std::optional<PublishedFact> fact = PublishedFact{};
    if (!is_not_published(*cell)) fact = read_cell(*cell);
    if (!fact) {
      fail("column " + in_quotes(header(column)) + ": expected " + std::string(expected) +
           " or \"-\", got " + in_quotes(*cell));
    }
    fact->source = source(column);
    row.facts[id] = std::move(*fact);
  }

  const MarkdownTable& table_;
  const Columns& columns_;
  const MarkdownRow& row_;
  const PublishedPage& page_;
};

}  // namespace

std::vector<PublishedRow> rows_of_page(std::string_view text, const PublishedPage& page) {
  const auto tables = read_markdown_tables(text, page.path.string());
  std::vector<PublishedRow> rows;
  bool found = false;
  for (const auto& table : tables) {
    const Columns columns = columns_of(table.header, page);
    if (!publishes_models(columns)) continue;
    found = true;
    for (const auto& row : table.rows) {
      rows.push_back(RowReader(table, columns, row, page).read());
    }
  }
  if (!found) fail_without_models(tables, page);
  return rows;
}

}  // namespace harness
