#pragma once

#include <string>

#include "harness/record/examine_record.h"

namespace harness {

/// What in the record of the published files cannot be together, in words, or "": values are those
/// of the tensors of the state dict (values_consistency.h); a file that was read has bytes, more
/// than tensors and as many as its largest tensor; a log is of the experiment that its first line
/// names; the last mIoU is that of the last validation line, as a fraction or in percent,
/// and without a line there is none.
std::string inconsistency(const ExamineRecord& record);

}  // namespace harness
