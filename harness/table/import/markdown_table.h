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

/// All tables of a page in GitHub Flavored Markdown, in order, wherever Markdown sees them (also
/// inside <details>, lists and quotes; not in code blocks).
///
/// Throws Error(kInvalidTable) for a page that no zoo would publish and that would take minutes or
/// gigabytes to parse: above 2 MiB, 10000 lines, or 100 bars in one line.
std::vector<MarkdownTable> read_markdown_tables(std::string_view text, std::string_view subject);

}  // namespace harness
