#pragma once

#include <string>

#include "harness/record/training_record.h"

namespace harness {

/// What in the record cannot be together, in words, or "": steps that were skipped or not finite
/// are among those that were made, an overflow is skipped and nothing else is, reports are of what
/// happened, the scale lies between its limits and ends as its changes say, no mIoU is above the
/// mean accuracy and each is above 0 where a pixel was right, the mIoU is that of the last
/// validation, the rate follows from the time. A loss is above 0: it
/// is the mean of logarithms of probabilities, none of which a drawn network makes 1.
///
/// A training that stopped early is consistent; an empty record is, too.
std::string inconsistency(const TrainingRecord& record);

}  // namespace harness
