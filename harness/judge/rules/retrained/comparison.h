#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "harness/judge/finding.h"
#include "harness/judge/statistics/equivalence.h"

namespace harness {

/// Fewer trainings, or pairs of trainings, that happen to agree do not show how much trainings
/// scatter, and so prove no equality.
inline constexpr std::size_t kFewestTrainings = 3;

/// What a suite says about a comparison between trainings (`retrain.miou`, `retrain.parity`).
/// Numbers are in the claim's unit.
struct ComparisonTerms {
  std::optional<double> published;
  double rounding = 0.0;  ///< Half a unit of the published number's last digit.
  double margin = 0.0;    ///< tolerance.abs + tolerance.rel * |published|.
  std::string margin_reason;
  std::vector<double> reference_runs;  ///< conditions.reference_runs: at least 2, or none.
  /// conditions.spread: known standard deviation over seeds (for parity: of the paired
  /// differences).
  std::optional<double> spread;
  /// What is wrong with the terms: no margin, or conditions that are not numbers. Else "".
  std::string problem;
};
ComparisonTerms comparison_terms(const Claim& claim);

/// A measured difference between trainings, to be judged against a margin.
struct Comparison {
  std::string how;    ///< What was compared; opens the reason.
  double measured;    ///< Shown in the verdict.
  std::size_t seeds;  ///< Trainings, or pairs of them.
  Difference difference;
  double margin;
  std::string margin_reason;
  /// The difference that n seeds of the same mean and spread would show.
  std::function<Difference(std::size_t n)> with_seeds;
};

/// PASS when the 90 % interval lies within the margin and there are kFewestTrainings, FAIL when the
/// 95 % interval lies entirely outside, else AMBIGUOUS with the number of seeds that would decide.
/// FAIL when the difference is not finite.
Finding judge_comparison(const Comparison& comparison);

/// The number of seeds that would decide, at least kFewestTrainings and `first`; 0 for none.
std::size_t seeds_that_decide(const std::function<Difference(std::size_t)>& with_seeds,
                              std::size_t first, double margin);

}  // namespace harness
