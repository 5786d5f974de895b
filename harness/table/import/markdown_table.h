#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace harness {

struct MarkdownLink {
  std::string text;
  std::string url;
};

struct MarkdownCell {
  std::string text;  ///< Plain: entities decoded, no emphasis, links as their text.
  std::vector<MarkdownLink> links;
};

struct MarkdownRow {
  std::int64_t line = 0;  ///< 1-based, in the document.
  std::vector<MarkdownCell> cells;
  std::size_t written_cells =
      0;  ///< As written: Markdown cuts and pads rows to the header's count.
};

/// One table of a page. Every row has as many `cells` as the header.
struct MarkdownTable {
  MarkdownRow header;
  std::vector<MarkdownRow> rows;
};

/// Something on a page that looks like a table or a row of one, and is none in Markdown.
struct NoMarkdownTable {
  std::int64_t line = 0;
  std::string what;  ///< "an HTML table", "a row apart from its table", "a line of 101 bars".
};

/// The tables of a page in GitHub Flavored Markdown, in order, wherever Markdown sees them (also
/// inside <details>, lists and quotes; not in code blocks).
struct MarkdownTables {
  std::vector<MarkdownTable> tables;
  std::vector<NoMarkdownTable> others;
};

/// A line of more than 100 bars, which would take long to parse, is read without them. Throws
/// Error(kInvalidTable) for a page that no zoo would publish: above 2 MiB or 10000 lines.
MarkdownTables read_markdown_tables(std::string_view text, std::string_view subject);

}  // namespace harness
