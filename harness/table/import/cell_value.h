#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "harness/table/import/published_row.h"

namespace harness {

/// What a cell says: a fact without its source, or why it says none.
struct CellValue {
  std::optional<PublishedFact> fact;  ///< Its value is null for a cell that says "-".
  std::string expected;               ///< Without a fact: "a percentage such as 76.80".
  bool impossible = false;            ///< Without a fact: see UnreadCell.
};

/// Reads the cells of the claims miou, miou_ms_flip, memory, fps, config.crop and
/// config.iterations. Marks of footnotes and a spread become the conditions `marks` and
/// `plus_minus`; never does a mark vanish.
///
/// Impossible: a percentage above 100 or a fraction in its place, memory of 0 or of 1000 GB and
/// more (they are megabytes), 0 images per second.
CellValue read_cell(std::string_view claim_id, std::string_view text);

}  // namespace harness
