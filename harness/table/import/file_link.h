#pragma once

#include <string_view>

#include "harness/table/import/markdown_table.h"
#include "harness/table/import/table_columns.h"

namespace harness {

/// Which of a row's files a link leads to.
enum class FileKind {
  kCheckpoint,
  kLog,
  kConfig,
  kNone,  ///< None of them, and nobody says that it is.
};

/// What a link in a column is said to be, and whether it can be that.
struct FileLink {
  FileKind kind = FileKind::kNone;
  /// Its ending says so too; a share of a cloud drive, say, has none.
  bool has_ending = false;
  /// Why it cannot be what label or column say: "a checkpoint, no paper"; "" when it can.
  std::string_view refusal;
};

/// By its ending, else its text, else its column. A config in a column of logs, a page or a paper
/// in one of models, and a log in place of a checkpoint are refused; a model's name that links its
/// paper is none of the row's files.
FileLink classify_link(const MarkdownLink& link, Column column);

}  // namespace harness
