#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

#include "harness/judge/finding.h"

namespace harness {

/// One statement of arXiv 1710.03740v3 that an experiment examines, or a control of it.
struct PaperStatement {
  const char* id;
  const char* section;  ///< "" for what does not stand in the paper.
  const char* text;     ///< What it says, in our words.
  const char* unit;     ///< Of what is measured.
  /// Judges the measurements of an experiment's document. Does not throw for what stands in them.
  Finding (*judge)(const Json& measured);
};

/// The statements of each experiment (docs/paper.md).
std::span<const PaperStatement> master_weights_statements();
std::span<const PaperStatement> loss_scaling_statements();
std::span<const PaperStatement> accumulation_statements();
std::span<const PaperStatement> overflow_statements();

/// The share of vanishing values that section 3.1 calls a problem (about 5 % in its figure 2b).
inline constexpr double kNoticeableShare = 0.05;
inline constexpr const char* kNoticeableReason =
    "about 5 % of values vanish in the paper's figure 2b, which it calls enough to harm";

/// A number that must be there: NaN where it is not, which no comparison lets pass.
double must(const Json& value, std::initializer_list<std::string_view> path);

/// The finding with the tolerance {key: bound, "reason": reason}.
Finding with_bound(Finding finding, const char* key, double bound, const char* reason);

/// FAIL: "expected <what>, found none or no number".
Finding no_number(const char* what);

/// A share as "12.3 %".
std::string percent(double share);

}  // namespace harness
