#pragma once

#include <string_view>
#include <vector>

#include "harness/table/import/published_row.h"

namespace harness {

/// The rows of every table of a Markdown page that publishes models. A table does so when it has a
/// column for mIoU or for downloads; other tables are passed over, and so are other columns.
///
/// Columns, in any order and case: Method, Backbone, Crop Size, Lr schd, Mem (GB), Inf time (fps),
/// Device, mIoU, mIoU(ms+flip), config, download (or model and log).
/// Throws Error(kInvalidTable) with file and line: no such table, a column twice, a row with more
/// or fewer cells than the header, a number that is none, a row that names no model.
std::vector<PublishedRow> rows_of_page(std::string_view text, const PublishedPage& page);

}  // namespace harness
