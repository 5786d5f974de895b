#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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
  kMultiScale,     ///< "Yes" where the row's mIoU was measured at several scales.
  kFlip,           ///< "Yes" where it was measured on flipped images too.
  kScalesAndFlip,  ///< Both in one column: "yes", or the mIoU itself.
  kTrainingData,
  kTestData,
  kDataSet,  ///< Trained and tested on it.
  kTrainingSplit,
  kTestSplit,
  kConfig,
  kDownload,
  kModel,  ///< The checkpoint, or the model's name where there are no links.
  kLog,
};

/// Where each known column stands. Columns of names and links may stand several times; one of
/// numbers that does is ambiguous, and none of its cells can be believed.
using Columns = std::map<Column, std::vector<std::size_t>>;

/// Letters, digits and plus signs of a header in lower case: "Mem (GB)" is "memgb", "mIoU(ms+flip)"
/// and "mIoU (ms + flip) [%]" are "mioums+flip".
std::string normalised_header(std::string_view header);

/// Does a header hold a letter or a sign that normalised_header drops and that may change what the
/// column is: a Greek delta, "mIoU>", "-mIoU", words in other scripts? Blanks, brackets, the signs
/// of emphasis and units, a hyphen inside a word, footnote marks and the arrows for "higher is
/// better" do not.
bool has_other_signs(std::string_view header);

/// The column that a header names, whatever its case, blanks and brackets are; none where it has
/// other signs.
std::optional<Column> column_named(std::string_view header);

/// Does a header that is none of those speak of something that is known all the same? One of those
/// but for other signs does.
bool looks_known(std::string_view header);

/// Where each known column stands. A column with an asterisk or a dagger beside one without is
/// another measure, and not read.
/// notices: gets each column that looks like a known one and is not read, and each ambiguous one.
Columns columns_of(const MarkdownRow& header, const PublishedPage& page,
                   std::vector<ImportNotice>& notices);

/// Does a table with these columns publish models? (It has mIoU or downloads.)
bool publishes_models(const Columns& columns);

/// Refuses a page none of whose tables publishes models: Error(kInvalidTable) that names the
/// columns expected and the tables that are there, those in HTML too.
[[noreturn]] void fail_without_models(const MarkdownTables& read, const PublishedPage& page);

}  // namespace harness
