#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "harness/table/import/markdown_table.h"
#include "harness/table/import/published_row.h"

namespace harness {

/// What a column of a published table holds.
enum class Column {
  kMethod,
  kBackbone,
  kCropSize,
  kSchedule,
  kMemory,
  kFps,
  kDevice,
  kMiou,
  kMiouMsFlip,
  kConfig,
  kDownload,
  kModel,  ///< The checkpoint, or the model's name where there are no links.
  kLog,
};

using Columns = std::map<Column, std::size_t>;

/// A header without case, blanks and emphasis: "Mem (GB)" is "mem(gb)".
std::string normalised_header(std::string_view header);

/// Where each known column stands; other columns are passed over.
/// Throws Error(kInvalidTable) with file and line when one occurs twice.
Columns columns_of(const MarkdownRow& header, const PublishedPage& page);

/// Does a table with these columns publish models? (It has mIoU or downloads.)
bool publishes_models(const Columns& columns);

/// Refuses a page none of whose tables publishes models: Error(kInvalidTable) that names the
/// columns expected and the tables that are there.
[[noreturn]] void fail_without_models(const std::vector<MarkdownTable>& tables,
                                      const PublishedPage& page);

}  // namespace harness
