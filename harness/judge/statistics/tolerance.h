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
/// unit of the last printed digit: 76.80 stands for any number from 76.795 to 76.805. A few units
/// in the last place of the doubles are given on top, so that 52.055 against 52.05 +- 0.005 does
/// not hang on how binary fractions represent them. A measured or published number or a bound that
/// is NaN, infinite or negative passes nothing. Without a tolerance only the rounding is allowed.
NumberJudgement judge_number(double measured, double published,
                             const std::optional<Tolerance>& tolerance, double rounding);

/// What a verdict records of it: {"abs": the whole of what was allowed, "reason"}.
Json tolerance_record(const NumberJudgement& judgement, const std::optional<Tolerance>& tolerance,
                      double rounding);

}  // namespace harness
