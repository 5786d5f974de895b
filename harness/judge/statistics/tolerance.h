#pragma once

#include <optional>

#include "harness/base/json.h"
#include "harness/table/suite.h"

namespace harness {

/// A miss is an ordinary outcome, so it is a value and not an exception.
struct NumberJudgement {
  bool pass = false;
  double difference = 0.0;  ///< measured - published, in the unit of the claim.
  double allowed = 0.0;     ///< abs + rel * |published| + rounding.
};

/// Judges one measured number against one published number.
///
/// Passes when |measured - published| <= abs + rel * |published| + rounding. `rounding` is half a
/// unit of the last printed digit: 76.80 covers any number from 76.795 to 76.805. A few units in
/// the last place of the doubles are allowed in addition, so that 52.055 against 52.05 +- 0.005
/// does not depend on how binary fractions represent them. Nothing passes when the measured number,
/// the published number or the bound is NaN or infinite, or the bound negative. Without a tolerance
/// only the rounding is allowed.
NumberJudgement judge_number(double measured, double published,
                             const std::optional<Tolerance>& tolerance, double rounding);

/// What a verdict records about it: {"abs": the total difference allowed, "reason"}.
Json tolerance_record(const NumberJudgement& judgement, const std::optional<Tolerance>& tolerance,
                      double rounding);

}  // namespace harness
