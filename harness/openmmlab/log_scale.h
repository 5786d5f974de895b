#pragma once

#include <string>
#include <vector>

#include "harness/base/json.h"

namespace harness {

/// What the means of a training log (mIoU, mAcc, aAcc) are given in.
enum class LogScale { kFraction, kPercent, kUnknown };

/// "fraction", "percent", "unknown".
std::string to_string(LogScale scale);

struct ScaleOfLog {
  LogScale scale = LogScale::kFraction;
  std::string reason;    ///< What gave it away, or why nothing does; "" where it is as usual.
  std::size_t line = 0;  ///< The index of the line that the reason is about.
};

/// Tells it from all validation lines together, never from one number: 0.4 is 40 % of a run of
/// mmcv's and 0.4 % of a broken one of mmengine's, and people have written either in either form.
///
/// A value above 1 is a percentage. Without one, a class predicted everywhere helps: its mIoU is
/// exactly aAcc * mAcc (share a of the pixels, one class of n: a/n, a and 1/n), and a trained
/// network's is of that order. So mIoU / (aAcc * mAcc) is about 1 of fractions and about 0.01 of
/// percentages. Where the three are not all there, usage decides, but only where digits agree with
/// it: MMSegmentation prints percentages with two digits and fractions with four (0.5 to 1.2).
///
/// of_mmengine: lines of mmengine's, whose means are percentages in MMSegmentation 1.x; those of
/// mmcv's are fractions in all of 0.x.
ScaleOfLog scale_of_log(const std::vector<const Json*>& validation_lines, bool of_mmengine);

}  // namespace harness
