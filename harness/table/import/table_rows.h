#pragma once

#include <string_view>

#include "harness/table/import/published_row.h"

namespace harness {

/// The rows of every table of a Markdown page that publishes models. A table does so when it has a
/// column for mIoU or for downloads; other tables are passed over, and so are other columns.
///
/// Columns, in any order and case: Method, Backbone, Crop Size, Lr schd, Mem (GB), Inf time (fps),
/// Device, mIoU, mIoU(ms+flip), Multi-scale, Flip, Training Dataset, Test Dataset, Train Set, Test
/// Set, config, download (or model and log).
///
/// A row is named by its config, else its checkpoint, else by what its cells say of it. A cell that
/// cannot be read is "not published" with the condition `unread` (see UnreadCell); a row with more
/// or fewer cells than the header has its links and none of its numbers; a row that says nothing is
/// passed over. Each of these is a notice, and so is a column that looks like a known one and is
/// not read.
///
/// Throws Error(kInvalidTable) with file and line where no table publishes models.
PublishedRows rows_of_page(std::string_view text, const PublishedPage& page);

}  // namespace harness
