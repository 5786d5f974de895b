#pragma once

#include <string>
#include <vector>

#include "harness/table/import/markdown_table.h"
#include "harness/table/import/published_row.h"
#include "harness/table/import/table_columns.h"

namespace harness {

/// A cell of links and what its column is called.
struct LinkCell {
  const MarkdownCell* cell = nullptr;
  Column column = Column::kDownload;
  std::string header;
};

/// Sets checkpoint, log and config of `row` (and files_source) to what the cells link. Of several
/// mirrors of one file the first with an ending counts, of several logs the first that is JSON.
///
/// Two files of different names where a row has one (two checkpoints, two configs) and links that
/// cannot be what they are said to be (see classify_link) are refused: they stand in
/// row.unread_links.
/// place: of the row, for sources.
void read_files(const std::vector<LinkCell>& cells, const PublishedPage& page, const Source& place,
                PublishedRow& row);

}  // namespace harness
