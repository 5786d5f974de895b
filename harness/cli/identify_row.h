#pragma once

#include <string>

#include "harness/record/examine_record.h"
#include "harness/table/suite.h"

namespace harness {

/// The row that a file claims to be, and the evidence for it.
struct IdentifiedRow {
  Row row;
  std::string how;  ///< "the hash in its name", "its bytes", "its name", "its config's name",
                    ///< "its tensors and types".
};

/// Finds the row of a checkpoint: the row that publishes the 8 hex digits in the file's name, else
/// the one that publishes the start of its sha256, else the one whose id is in the name, else
/// the one that meta.exp_name names, else the only one whose model and arithmetic fit what is
/// inside.
/// Throws Error(kUsage) when none or several fit: with the reason and how to choose.
IdentifiedRow identify_row(const Suite& suite, const std::string& file_name,
                           const CheckpointRecord& checkpoint);

}  // namespace harness
