#pragma once

#include <vector>

#include "harness/table/import/published_row.h"

namespace harness {

/// Joins what a metafile says of a model to what a table says of it (same id); models that only
/// the metafile has are appended.
///
/// The table's number stays. What the metafile adds: a fact that the table lacks, the conditions of
/// a measurement, and, where the two differ by more than both roundings allow, the condition
/// "metafile": {"value", "file", "line"} for an audit to quote. Checkpoints that differ are noted
/// so at the hash, with the metafile's "url".
void merge_metafile(std::vector<PublishedRow>& rows, const std::vector<PublishedRow>& metafile);

/// Gives each row an id of its own. Rows of one config with different checkpoints are named by
/// those (upstream copied a line, and its config with it); rows that still have one id (one model
/// in two tables, or on two data sets) get "_2", "_3" and so on in their order, the first one keeps
/// it.
void separate_duplicates(std::vector<PublishedRow>& rows);

}  // namespace harness
