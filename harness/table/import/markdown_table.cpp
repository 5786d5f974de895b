#include "harness/table/import/markdown_table.h"

#include <algorithm>
#include <memory>
#include <string>

#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm-extension_api.h>
#include <cmark-gfm.h>

#include <fmt/format.h>

#include "harness/base/error.h"
#include "harness/base/text.h"

namespace harness {
namespace {

struct FreeNode {
  void operator()(cmark_node* node) const { cmark_node_free(node); }
};
struct FreeParser {
  void operator()(cmark_parser* parser) const { cmark_parser_free(parser); }
};
struct FreeIterator {
  void operator()(cmark_iter* iterator) const { cmark_iter_free(iterator); }
};
using Document = std::unique_ptr<cmark_node, FreeNode>;
using Parser = std::unique_ptr<cmark_parser, FreeParser>;
using Iterator = std::unique_ptr<cmark_iter, FreeIterator>;

bool is_type(cmark_node* node, std::string_view type) {
  return cmark_node_get_type_string(node) == type;
}

/// Lines as cmark counts them: after \n, \r\n or a lone \r.
std::vector<std::string_view> split_lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(text.substr(end).starts_with("\r\n") ? end + 2
                                                            : std::min(end + 1, text.size()));
  }
  return lines;
}

std::size_t count_bars(std::string_view line) {
  std::size_t bars = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\\') {
      ++i;
    } else if (line[i] == '|') {
      ++bars;
    }
  }
  return bars;
}

bool ends_with_bar(std::string_view row) {
  return row.ends_with('|') && count_bars(row) != count_bars(row.substr(0, row.size() - 1));
}

std::size_t count_cells(std::string_view row) {
  constexpr std::string_view kBlank = " \t";
  const std::size_t first = row.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return 0;
  row = row.substr(first, row.find_last_not_of(kBlank) + 1 - first);
  if (row.front() == '|') row.remove_prefix(1);
  if (ends_with_bar(row)) row.remove_suffix(1);
  return count_bars(row) + 1;
}

void check_size(std::string_view text, const std::vector<std::string_view>& lines,
                std::string_view subject) {
  constexpr std::size_t kMaxBytes = std::size_t{2} << 20;
  constexpr std::size_t kMaxLines = 10'000;
  if (text.size() > kMaxBytes || lines.size() > kMaxLines) {
    throw Error(
        ErrorCode::kInvalidTable, subject,
        fmt::format("expected a page of at most 2 MiB and 10000 lines, got {} bytes and {} lines",
                    text.size(), lines.size()));
  }
}

/// The text with blanks for the bars of lines that have too many: cmark's time grows with rows
/// times columns.
std::string with_few_bars(std::string_view text, const std::vector<std::string_view>& lines,
                          std::vector<NoMarkdownTable>& others) {
  constexpr std::size_t kMaxBars = 100;
  std::string few(text);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::size_t bars = count_bars(lines[i]);
    if (bars <= kMaxBars) continue;
    const auto start = few.begin() + (lines[i].data() - text.data());
    std::replace(start, start + static_cast<std::ptrdiff_t>(lines[i].size()), '|', ' ');
    others.push_back({static_cast<std::int64_t>(i) + 1, fmt::format("a line of {} bars", bars)});
  }
  return few;
}

Document parse(std::string_view text) {
  cmark_gfm_core_extensions_ensure_registered();
  const Parser parser(cmark_parser_new(CMARK_OPT_VALIDATE_UTF8));
  for (const char* extension : {"table", "autolink"}) {
    cmark_parser_attach_syntax_extension(parser.get(), cmark_find_syntax_extension(extension));
  }
  cmark_parser_feed(parser.get(), text.data(), text.size());
  return Document(cmark_parser_finish(parser.get()));
}

/// The value of an HTML tag's attribute; "" without it. Names are compared without case.
std::string attribute_of(std::string_view tag, std::string_view name) {
  const std::string lower = lower_case(tag);
  const std::size_t at = lower.find(fmt::format(" {}=", name));
  if (at == std::string::npos) return "";
  std::string_view value = tag.substr(at + name.size() + 2);
  const char quote = value.empty() ? ' ' : value.front();
  const bool is_quoted = quote == '"' || quote == '\'';
  if (is_quoted) value.remove_prefix(1);
  return std::string(value.substr(0, is_quoted ? value.find(quote) : value.find_first_of(" >")));
}

/// What a tag inside a cell means: a raised text begins with "^", a struck one stands between "~~",
/// a link is a link, any other tag parts two texts.
std::string text_of_tag(std::string_view tag, std::vector<MarkdownLink>* links) {
  const std::string lower = lower_case(tag);
  if (lower.starts_with("<sup")) return "^";
  if (lower == "</sup>") return "";
  for (const std::string_view struck : {"del", "s", "strike"}) {
    if (lower == fmt::format("<{}>", struck) || lower == fmt::format("</{}>", struck)) return "~~";
  }
  if (lower.starts_with("<a ") && links != nullptr) {
    links->push_back({"", attribute_of(tag, "href")});
  }
  return " ";
}

/// The text under a node, and the links in it when `links` is given.
std::string plain_text(cmark_node* root, std::vector<MarkdownLink>* links) {
  std::string text;
  bool in_tag = false;  // Between <a href> and </a>.
  const Iterator iterator(cmark_iter_new(root));
  for (auto event = cmark_iter_next(iterator.get()); event != CMARK_EVENT_DONE;
       event = cmark_iter_next(iterator.get())) {
    cmark_node* node = cmark_iter_get_node(iterator.get());
    if (event != CMARK_EVENT_ENTER) continue;
    if (is_type(node, "text") || is_type(node, "code")) {
      text += cmark_node_get_literal(node);
      if (in_tag) links->back().text += cmark_node_get_literal(node);
    }
    if (is_type(node, "html_inline")) {
      const std::string_view tag = cmark_node_get_literal(node);
      const std::size_t before = links == nullptr ? 0 : links->size();
      text += text_of_tag(tag, links);
      if (links != nullptr && links->size() > before) in_tag = true;
      if (lower_case(tag) == "</a>") in_tag = false;
    }
    if (is_type(node, "link") && node != root && links != nullptr) {
      in_tag = false;
      links->push_back({plain_text(node, nullptr), cmark_node_get_url(node)});
    }
  }
  return text;
}

std::size_t written_cells(cmark_node* row, const std::vector<std::string_view>& lines) {
  const auto line = static_cast<std::size_t>(std::max(1, cmark_node_get_start_line(row)));
  const auto column = static_cast<std::size_t>(std::max(1, cmark_node_get_start_column(row)));
  if (line > lines.size() || column > lines[line - 1].size()) return 0;
  return count_cells(lines[line - 1].substr(column - 1));
}

MarkdownRow read_row(cmark_node* node, const std::vector<std::string_view>& lines) {
  MarkdownRow row;
  row.line = cmark_node_get_start_line(node);
  row.written_cells = written_cells(node, lines);
  for (cmark_node* cell = cmark_node_first_child(node); cell != nullptr;
       cell = cmark_node_next(cell)) {
    MarkdownCell read;
    read.text = plain_text(cell, &read.links);
    row.cells.push_back(std::move(read));
  }
  return row;
}

MarkdownTable read_table(cmark_node* node, const std::vector<std::string_view>& lines) {
  MarkdownTable table;
  for (cmark_node* row = cmark_node_first_child(node); row != nullptr; row = cmark_node_next(row)) {
    if (is_type(row, "table_header")) {
      table.header = read_row(row, lines);
    } else {
      table.rows.push_back(read_row(row, lines));
    }
  }
  // A paragraph right above a table gives the header that paragraph's line; rows are never apart.
  if (!table.rows.empty()) table.header.line = table.rows.front().line - 2;
  table.header.written_cells = table.header.cells.size();
  return table;
}

/// A block of HTML with a table in it, or a paragraph that is a row behind a blank line.
void note_other(cmark_node* node, const std::vector<std::string_view>& lines,
                std::vector<NoMarkdownTable>& others) {
  const std::int64_t line = std::max(1, cmark_node_get_start_line(node));
  if (is_type(node, "html_block") &&
      lower_case(cmark_node_get_literal(node)).find("<table") != std::string::npos) {
    others.push_back({line, "an HTML table"});
  }
  constexpr std::size_t kFewestBars = 3;
  const auto index = static_cast<std::size_t>(line - 1);
  if (!is_type(node, "paragraph") || index >= lines.size()) return;
  const std::string_view text = lines[index];
  const std::size_t first = text.find_first_not_of(" \t>");
  const bool is_row = first != std::string_view::npos && text[first] == '|' && ends_with_bar(text);
  if (is_row && count_bars(text) >= kFewestBars) {
    others.push_back({line, "a row apart from its table"});
  }
}

}  // namespace

MarkdownTables read_markdown_tables(std::string_view text, std::string_view subject) {
  const auto lines = split_lines(text);
  check_size(text, lines, subject);
  MarkdownTables read;
  const Document document = parse(with_few_bars(text, lines, read.others));
  const Iterator iterator(cmark_iter_new(document.get()));
  for (auto event = cmark_iter_next(iterator.get()); event != CMARK_EVENT_DONE;
       event = cmark_iter_next(iterator.get())) {
    cmark_node* node = cmark_iter_get_node(iterator.get());
    if (event != CMARK_EVENT_ENTER) continue;
    if (is_type(node, "table")) {
      read.tables.push_back(read_table(node, lines));
    } else {
      note_other(node, lines, read.others);
    }
  }
  return read;
}

}  // namespace harness
