#pragma once

#include <optional>
#include <string>

#include "harness/judge/finding.h"
#include "harness/record/examine_record.h"

namespace harness {

/// "2 tensors of a form that is not supported: a (sparse_coo [4, 4]), b (meta float32 [2])".
std::string not_read_text(const CheckpointRecord& checkpoint);

/// What is found of a claim that no weight is such-and-such, where too little was looked at to say
/// so; nothing where all of the file's weights were. FAIL where the file has none, NOT_VERIFIABLE
/// where it has weights that are not read (numpy's arrays, sparse tensors).
///
/// seen: what is true of the weights that were looked at: "all 752 weights that were looked at are
/// finite". checkpoint: one with `values`.
std::optional<Finding> unless_all_were_read(const CheckpointRecord& checkpoint,
                                            const std::string& seen);

}  // namespace harness
