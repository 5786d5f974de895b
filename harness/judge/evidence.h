#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "harness/judge/finding.h"

namespace harness {

/// A result to judge by, or why there is none.
///
/// A stage that was asked for and has no result, or whose worker failed, is a failure; a stage that
/// was not asked for, or that the machine could not run, is a skip.
struct ResultEvidence {
  const RunResult* result = nullptr;  ///< Null when `absence` says why; never of status error.
  std::optional<Finding> absence;
};
ResultEvidence find_result(const ClaimContext& context, std::string_view stage,
                           std::string_view precision);

/// The precision that the row's numbers were published for: that of its policy.
std::string row_precision(const Row& row);

/// The precision of claims about half precision itself (range, parity): the row's own where it
/// computes in half, else "fp16".
std::string half_precision(const Row& row);

}  // namespace harness
