#pragma once

#include <span>
#include <string>
#include <string_view>

#include "harness/judge/finding.h"
#include "harness/record/paper_records.h"

namespace harness {

/// One statement of arXiv 1710.03740v3 that an experiment examines, or a control for it.
struct PaperStatement {
  const char* id;
  const char* section;  ///< "" for a statement that is derived and not the paper's.
  const char* text;     ///< What it says, in our words.
  const char* unit;     ///< Unit of the measured value.
};

/// A statement and its rule: a pure function from the experiment's record to a finding, which does
/// not throw, whatever the record contains.
template <Record R>
struct PaperRule {
  PaperStatement statement;
  Finding (*judge)(const R& record);
};

/// The statements of each experiment (docs/paper.md).
std::span<const PaperRule<MasterWeightsRecord>> master_weights_statements();
std::span<const PaperRule<LossScalingRecord>> loss_scaling_statements();
std::span<const PaperRule<AccumulationRecord>> accumulation_statements();
std::span<const PaperRule<OverflowRecord>> overflow_statements();

/// The share of vanishing values that section 3.1 calls a problem (about 5 % in its figure 2b).
inline constexpr double kNoticeableShare = 0.05;
inline constexpr const char* kNoticeableReason =
    "about 5 % of values vanish in the paper's figure 2b, which it calls enough to harm";

/// The finding with the tolerance {key: bound, "reason": reason}.
Finding with_bound(Finding finding, const char* key, double bound, const char* reason);

/// FAIL: "expected <what>, found none or no number".
Finding no_number(const char* what);

/// A share as "12.3 %".
std::string percent(double share);

}  // namespace harness
