#pragma once

#include <vector>

#include "harness/table/published_row.h"

namespace harness {

/// Joins what a metafile says of a model to what a table says of it (same id); models that only
/// the metafile has are appended.
///
/// The table's number stays. What the metafile adds: a fact that the table lacks, the conditions of
/// a measurement, and, where the two differ by more than both roundings allow, the condition
/// "metafile": {"value", "file", "line"} for an audit to quote. Checkpoints that differ are noted
/// so at the hash, with the metafile's "url".
void merge_metafile(std::vector<PublishedRow>& rows, const std::vector<PublishedRow>& metafile);

/// Throws Error(kInvalidTable) that names both places when two rows have one id.
void refuse_duplicates(const std::vector<PublishedRow>& rows);

}  // namespace harness
