#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "harness/judge/finding.h"

namespace harness {

/// Significance of tests over trainings (docs/training.md).
inline constexpr double kTrainingAlpha = 0.05;
/// Fewer runs, or pairs of runs, do not tell how far runs scatter.
inline constexpr std::size_t kFewestTrainings = 3;

/// Finished trainings of the row in one precision, by seed; or why there is none.
struct Trainings {
  std::map<std::int64_t, const RunResult*> by_seed;
  std::optional<Finding> absence;
};

/// whole: those that were cut short of their schedule do not count.
/// The results belong to the context.
Trainings find_trainings(const ClaimContext& context, const std::string& precision, bool whole);

/// mIoU in percent after the last iteration; NaN where the training recorded none.
double miou_of(const RunResult& training);

/// Something was measured, and it is too little to say.
Finding ambiguous(Json measured, std::string reason);

}  // namespace harness
