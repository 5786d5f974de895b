#pragma once

#include <string>
#include <vector>

#include "harness/record/examine_record.h"

namespace harness {

/// What in the statistics of a checkpoint's values cannot be together, in words, or "".
///
/// Each tensor of the state dict has one role (TensorRoles), so that the roles have the tensors and
/// the elements that the names and shapes give them, and together all that there are. Counts
/// exclude each other or contain one another as their definitions say, and agree with the smallest
/// and the largest magnitude. A tensor is named as the first that is not finite where there is one;
/// every floating-point tensor of several elements has one that is not 0, unless it is listed among
/// those that are 0. Whatever is named is a tensor of the state dict. Where the tensors of a role
/// have one type, the smallest and the largest magnitude are numbers of it.
std::string values_defect(const ValuesRecord& values, const std::vector<TensorRecord>& state_dict);

}  // namespace harness
