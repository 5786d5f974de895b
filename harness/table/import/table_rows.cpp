#include "harness/table/import/table_rows.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <initializer_list>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "harness/base/error.h"
#include "harness/base/text.h"
#include "harness/table/import/cell_value.h"
#include "harness/table/import/file_link.h"
#include "harness/table/import/link.h"
#include "harness/table/import/markdown_table.h"
#include "harness/table/import/row_files.h"
#include "harness/table/import/table_columns.h"
#include "harness/table/json_checks.h"
#include "harness/table/method_name.h"

namespace harness {
namespace {

struct NumberColumn {
  Column column;
  const char* claim;
};

constexpr std::array<NumberColumn, 6> kNumberColumns{{
    {Column::kCropSize, "config.crop"},
    {Column::kSchedule, "config.iterations"},
    {Column::kMiou, "miou"},
    {Column::kMiouMsFlip, "miou_ms_flip"},
    {Column::kMemory, "memory"},
    {Column::kFps, "fps"},
}};

/// "PoolFormer S12" as a part of a row's id: "poolformer-s12".
std::string slug_of(std::string_view text) {
  std::string slug;
  for (const char c : lower_case(text)) {
    const bool keeps = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '+';
    if (keeps) slug += c;
    if (!keeps && !slug.empty() && slug.back() != '-') slug += '-';
  }
  while (!slug.empty() && slug.back() == '-') slug.pop_back();
  return slug;
}

bool is_about_pretraining(std::string_view title) {
  return normalised_header(title).find("pretrain") != std::string::npos;
}

/// Is there a column for weights that a training starts from?
bool links_pretrained_weights(const MarkdownRow& header) {
  return std::ranges::any_of(
      header.cells, [](const MarkdownCell& cell) { return is_about_pretraining(cell.text); });
}

constexpr Column kLinkColumns[] = {Column::kConfig, Column::kDownload, Column::kModel,
                                   Column::kLog};

/// Reads one row of a table whose columns are known.
class RowReader {
 public:
  RowReader(const MarkdownTable& table, const Columns& columns, const MarkdownRow& row,
            const PublishedPage& page, PublishedRows& result)
      : table_(table), columns_(columns), row_(row), page_(page), result_(result) {}

  void read() {
    if (repeats_header()) {
      result_.notices.push_back({ImportNotice::Kind::kUnread, page_.at(row_.line),
                                 "the row repeats the header: it is left out"});
      return;
    }
    PublishedRow published;
    published.place = page_.at(row_.line);
    published.source = source("");
    read_links(published);
    read_facts(published);
    if (!name(published)) return;
    result_.rows.push_back(std::move(published));
  }

 private:
  bool has_all_cells() const { return row_.written_cells == table_.header.cells.size(); }

  bool repeats_header() const {
    return std::ranges::equal(row_.cells, table_.header.cells,
                              [](const MarkdownCell& cell, const MarkdownCell& title) {
                                return bare_text(cell.text) == bare_text(title.text);
                              });
  }

  void refuse(std::string detail) {
    result_.notices.push_back(
        {ImportNotice::Kind::kRefused, page_.at(row_.line), std::move(detail)});
  }

  /// "" when the table has no such column.
  std::string header(Column column) const {
    const auto found = columns_.find(column);
    if (found == columns_.end()) return "";
    return bare_text(table_.header.cells[found->second.front()].text);
  }

  Source source(std::string column) const {
    return {page_.name_in_suite(), row_.line, std::move(column)};
  }

  /// Nothing when the table has no such column.
  std::optional<std::string> text(Column column) const {
    const auto found = columns_.find(column);
    if (found == columns_.end()) return std::nullopt;
    return row_.cells[found->second.front()].text;
  }

  /// "" also in a row whose cells may stand under others' headers.
  std::string bare(Column column) const {
    return has_all_cells() ? bare_text(text(column).value_or("")) : "";
  }

  /// The cells with links; in a row whose cells have slipped, all of them, unless some link the
  /// weights that a training starts from.
  std::vector<LinkCell> link_cells() const {
    std::vector<LinkCell> cells;
    if (!has_all_cells()) {
      if (links_pretrained_weights(table_.header)) return cells;
      for (const MarkdownCell& cell : row_.cells) cells.push_back({&cell, Column::kDownload, ""});
      return cells;
    }
    for (const Column column : kLinkColumns) {
      const auto found = columns_.find(column);
      if (found == columns_.end()) continue;
      for (const std::size_t i : found->second) {
        cells.push_back({&row_.cells[i], column, bare_text(table_.header.cells[i].text)});
      }
    }
    return cells;
  }

  void read_links(PublishedRow& row) {
    read_files(link_cells(), page_, row.source, row);
    if (row.files_source.file.empty()) row.files_source = source("");
    for (const auto& [claim, unread] : row.unread_links) {
      refuse(fmt::format("column {}: expected {}, got {}", in_quotes(unread.source.column),
                         unread.expected, in_quotes(unread.text)));
    }
    row.facts["hash"] = hash_fact(row.checkpoint, row.files_source);
  }

  /// What the row calls its method or its model; a model's name may stand as a link.
  std::string method_cell(bool may_be_link) const {
    const std::string method = bare(Column::kMethod);
    const auto models = columns_.find(Column::kModel);
    if (!method.empty() || models == columns_.end() || !has_all_cells()) return method;
    for (const std::size_t i : models->second) {
      const MarkdownCell& cell = row_.cells[i];
      const std::string name = bare_text(cell.text);
      const bool is_link = cell.links.size() == 1 && bare_text(cell.links.front().text) == name;
      const bool says_nothing = is_not_published(name) || is_label(normalised_header(name));
      if (!says_nothing && (cell.links.empty() || (may_be_link && is_link))) return name;
    }
    return "";
  }

  /// Texts of links and places for them.
  static bool is_label(std::string_view key) {
    return key == "model" || key == "ckpt" || key == "checkpoint" || key == "download" ||
           key == "link" || key == "modellog";
  }

  void leave_out(const PublishedRow& row) {
    const bool is_heading = !says_something(row) && row.checkpoint.empty() && row.config.empty();
    result_.notices.push_back(
        {is_heading ? ImportNotice::Kind::kUnread : ImportNotice::Kind::kRefused,
         page_.at(row_.line),
         is_heading ? "the row holds no link and no number: it is left out"
                    : "expected a link to a config or a model whose file name can be the row's id, "
                      "or a method; the row is left out"});
  }

  /// By config, else by checkpoint, else by what the cells say; no usable name when nothing does.
  std::string id_of(const PublishedRow& row, const std::string& stem) const {
    const std::string of_config = row.config.empty() ? "" : config_stem(row.config);
    if (is_name(of_config)) return of_config;
    if (is_name(stem)) return stem;
    if (!says_something(row)) return "";
    return id_of_cells(row.method.empty() ? method_cell(true) : row.method, row.backbone);
  }

  /// Names the row. False, with a notice, for a row that neither names a model nor says anything.
  bool name(PublishedRow& row) {
    row.backbone = bare(Column::kBackbone);
    row.method = method_cell(false);
    const std::string stem = model_stem(row.checkpoint);
    row.id = id_of(row, stem);
    if (!is_name(row.id)) {
      leave_out(row);
      return false;
    }
    for (const std::string& from : {row.id, stem}) {
      if (row.method.empty()) row.method = method_of_id(from);
    }
    if (row.method.empty()) row.method = method_cell(true);
    // "fcn_r50_d8" in a column of methods is a model.
    const std::string of_model = method_of_id(row.method);
    if (!of_model.empty()) row.method = of_model;
    if (row.method.empty()) row.method = row.id.substr(0, row.id.find_first_of("_-"));
    return true;
  }

  /// Is there any number in the row? A heading inside a table has none.
  bool says_something(const PublishedRow& row) const {
    for (const auto& [claim, fact] : row.facts) {
      if (!fact.value.is_null() || fact.conditions.contains("unread")) return true;
    }
    return false;
  }

  std::string id_of_cells(const std::string& method, const std::string& backbone) const {
    std::string id;
    for (const std::string& part :
         {method, backbone, bare(Column::kCropSize), bare(Column::kSchedule)}) {
      const std::string slug = is_not_published(part) ? "" : slug_of(part);
      if (!slug.empty()) id += (id.empty() ? "" : "_") + slug;
    }
    return slug_of(method).empty() ? "" : id;
  }

  void read_facts(PublishedRow& row) {
    if (!has_all_cells()) {
      refuse(
          fmt::format("expected {} cells as in the header, got {}; a bar inside a cell is "
                      "written \\| or &#124;",
                      table_.header.cells.size(), row_.written_cells));
    }
    for (const auto& [column, claim] : kNumberColumns) {
      if (columns_.contains(column)) add_fact(row, column, claim);
    }
    settle_scales(row);
    add_device(row);
    add_data_sets(row);
  }

  /// A mIoU whose row says that it is of several scales and flips stands under the wrong claim; one
  /// that is of either alone, or of which that cannot be told, under none.
  void settle_scales(PublishedRow& row) {
    read_scales_and_flip(row);
    const auto miou = row.facts.find("miou");
    if (miou == row.facts.end() || miou->second.value.is_null()) return;
    const Answer both = answer(Column::kScalesAndFlip);
    const Answer scales = both == Answer::kYes ? both : answer(Column::kMultiScale);
    const Answer flips = both == Answer::kYes ? both : answer(Column::kFlip);
    if (scales == Answer::kNo && flips == Answer::kNo && both != Answer::kUnclear) return;
    if (scales == Answer::kYes && flips == Answer::kYes && !row.facts.contains("miou_ms_flip")) {
      row.facts["miou_ms_flip"] = std::move(miou->second);
      row.facts.erase("miou");
      return;
    }
    const std::string cell = bare(Column::kMiou);
    const bool unclear =
        both == Answer::kUnclear || scales == Answer::kUnclear || flips == Answer::kUnclear;
    refuse(
        fmt::format("column {}: expected a mIoU of one scale, or of several with flips, got {} {}",
                    in_quotes(header(Column::kMiou)), in_quotes(cell),
                    unclear                  ? "and marks that say neither yes nor no"
                    : scales == Answer::kYes ? "of several scales"
                                             : "with flips"));
    miou->second = unread_fact({cell, "a mIoU of one scale, or of several with flips", false,
                                source(header(Column::kMiou))});
  }

  /// A column "MS + Flip" may hold the mIoU that was measured so.
  void read_scales_and_flip(PublishedRow& row) {
    const bool is_number = has_all_cells() && columns_.contains(Column::kScalesAndFlip) &&
                           parse_marked_number(bare(Column::kScalesAndFlip), {"%"}).has_value();
    if (!is_number || row.facts.contains("miou_ms_flip")) return;
    add_fact(row, Column::kScalesAndFlip, "miou_ms_flip");
  }

  enum class Answer { kNo, kYes, kUnclear };

  Answer answer(Column column) const {
    constexpr auto kYes = std::to_array<std::string_view>(
        {"yes", "y", "true", "ms", "f", "flip", "tta", "ms+flip", "[x]", "\xE2\x9C\x93",
         "\xE2\x9C\x94", "\xE2\x9C\x94\xEF\xB8\x8F", "\xE2\x9C\x85", "\xE2\x98\x91",
         "\xE2\x88\x9A"});
    constexpr auto kNo = std::to_array<std::string_view>(
        {"no", "n", "false", "ss", "[ ]", "[]", "\xE2\x9C\x97", "\xE2\x9C\x98", "\xE2\x9D\x8C",
         "\xE2\x98\x90", "\xC3\x97"});
    const std::string text = lower_case(bare(column));
    if (is_not_published(text) || std::ranges::find(kNo, text) != kNo.end()) return Answer::kNo;
    const bool is_number =
        column == Column::kScalesAndFlip && parse_marked_number(text, {"%"}).has_value();
    if (is_number) return Answer::kNo;
    return std::ranges::find(kYes, text) != kYes.end() ? Answer::kYes : Answer::kUnclear;
  }

  void add_fact(PublishedRow& row, Column column, const char* claim) {
    const std::string title = header(column);
    if (!has_all_cells()) {
      row.facts[claim] =
          unread_fact({fmt::format("a row of {} cells", row_.written_cells),
                       fmt::format("{} cells", table_.header.cells.size()), false, source(title)});
      return;
    }
    if (columns_.at(column).size() > 1) {
      row.facts[claim] =
          unread_fact({fmt::format("{} columns", columns_.at(column).size()),
                       fmt::format("one column {}", in_quotes(title)), false, source(title)});
      return;
    }
    const std::string cell = *text(column);
    CellValue value = read_cell(claim, cell);
    if (!value.fact) {
      refuse(fmt::format("column {}: expected {} or \"-\", got {}{}", in_quotes(title),
                         value.expected, in_quotes(bare_text(cell)), hint_of_swap(claim, cell)));
      row.facts[claim] = unread_fact(
          {bare_text(cell), std::move(value.expected), value.impossible, source(title)});
      return;
    }
    value.fact->source = source(title);
    row.facts[claim] = std::move(*value.fact);
  }

  /// Names the column in which the cell's text would make sense, where that column's own text makes
  /// none but here.
  std::string hint_of_swap(std::string_view here, const std::string& cell) const {
    for (const auto& [other, claim] : kNumberColumns) {
      const auto there = text(other);
      if (claim == here || !there || is_not_published(*there)) continue;
      if (read_cell(claim, cell).fact && !read_cell(claim, *there).fact &&
          read_cell(here, *there).fact) {
        return fmt::format("; it would fit column {}: are the two swapped?",
                           in_quotes(header(other)));
      }
    }
    return "";
  }

  void add_device(PublishedRow& row) const {
    const std::string device = bare(Column::kDevice);
    if (!has_all_cells() || is_not_published(device)) return;
    for (const char* id : {"memory", "fps"}) {
      if (row.facts.contains(id)) row.facts[id].conditions["hardware"] = device;
    }
  }

  /// On which images a number was measured.
  void add_data_sets(PublishedRow& row) const {
    constexpr auto kKeys =
        std::to_array<std::pair<Column, const char*>>({{Column::kDataSet, "training_dataset"},
                                                       {Column::kDataSet, "test_dataset"},
                                                       {Column::kTrainingData, "training_dataset"},
                                                       {Column::kTestData, "test_dataset"},
                                                       {Column::kTrainingSplit, "training_split"},
                                                       {Column::kTestSplit, "test_split"}});
    for (const auto& [column, key] : kKeys) {
      const std::string name = bare(column);
      if (is_not_published(name)) continue;
      for (const char* id : {"miou", "miou_ms_flip"}) {
        if (row.facts.contains(id)) row.facts[id].conditions[key] = name;
      }
    }
  }

  const MarkdownTable& table_;
  const Columns& columns_;
  const MarkdownRow& row_;
  const PublishedPage& page_;
  PublishedRows& result_;
};

/// Names columns whose links are not read and lead to checkpoints, but for those that a training
/// starts from.
void note_unread_links(const MarkdownTable& table, const Columns& columns,
                       const PublishedPage& page, std::vector<ImportNotice>& notices) {
  std::set<std::size_t> read;
  for (const Column column : kLinkColumns) {
    const auto found = columns.find(column);
    if (found != columns.end()) read.insert(found->second.begin(), found->second.end());
  }
  for (std::size_t i = 0; i < table.header.cells.size(); ++i) {
    const std::string& title = table.header.cells[i].text;
    if (read.contains(i) || is_about_pretraining(title)) continue;
    const bool links_weights = std::ranges::any_of(table.rows, [i](const MarkdownRow& row) {
      return std::ranges::any_of(row.cells[i].links, [](const MarkdownLink& link) {
        const FileLink file = classify_link(link, Column::kDownload);
        return file.kind == FileKind::kCheckpoint && file.has_ending;
      });
    });
    if (!links_weights) continue;
    notices.push_back(
        {ImportNotice::Kind::kUnread, page.at(table.header.line),
         fmt::format("column {} links checkpoints, and its links are not read", in_quotes(title))});
  }
}

}  // namespace

PublishedRows rows_of_page(std::string_view text, const PublishedPage& page) {
  const MarkdownTables read = read_markdown_tables(text, page.path.string());
  PublishedRows result;
  bool found = false;
  for (const NoMarkdownTable& other : read.others) {
    result.notices.push_back({ImportNotice::Kind::kUnread, page.at(other.line),
                              fmt::format("{} is not read", other.what)});
  }
  for (const auto& table : read.tables) {
    std::vector<ImportNotice> notices;
    const Columns columns = columns_of(table.header, page, notices);
    if (!publishes_models(columns)) continue;
    found = true;
    note_unread_links(table, columns, page, notices);
    result.notices.insert(result.notices.end(), notices.begin(), notices.end());
    for (const auto& row : table.rows) {
      RowReader(table, columns, row, page, result).read();
    }
  }
  if (!found) fail_without_models(read, page);
  return result;
}

}  // namespace harness
