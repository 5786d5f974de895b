#pragma once

#include <string>

#include "harness/record/examine_record.h"

namespace harness {

/// What in the record of the published files cannot be together, in words, or "": each tensor has
/// one role, so that the roles' elements are those of the whole; a tensor is named as the first
/// that is not finite where there is one; a file that was read has bytes; the last mIoU is that of
/// the last validation line, as a fraction or in percent.
std::string inconsistency(const ExamineRecord& record);

}  // namespace harness
