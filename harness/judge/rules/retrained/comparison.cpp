#include "harness/judge/rules/retrained/comparison.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "harness/base/measurement.h"
#include "harness/base/number_text.h"
#include "harness/judge/rules/retrained/trainings.h"
#include "harness/judge/statistics/tolerance.h"

namespace harness {
namespace {

bool is_finite_number(const Json& value) {
  return value.is_number() && std::isfinite(value.get<double>());
}

void read_reference_runs(const Json& conditions, ComparisonTerms& terms) {
  const Json* runs = find_at(conditions, {"reference_runs"});
  if (runs == nullptr) return;
  const bool usable = runs->is_array() && runs->size() >= 2 &&
                      std::all_of(runs->begin(), runs->end(), is_finite_number);
  if (usable) {
    terms.reference_runs = runs->get<std::vector<double>>();
  } else {
    terms.problem = "conditions.reference_runs: expected two numbers or more, got " + runs->dump();
  }
}

void read_spread(const Json& conditions, ComparisonTerms& terms) {
  const Json* spread = find_at(conditions, {"spread"});
  if (spread == nullptr) return;
  if (is_finite_number(*spread) && spread->get<double>() >= 0.0) {
    terms.spread = spread->get<double>();
  } else {
    terms.problem = "conditions.spread: expected a number of at least 0, got " + spread->dump();
  }
}

std::string text_of(const Comparison& comparison) {
  const Interval interval = confidence_interval(comparison.difference, 0.9);
  std::string text =
      fmt::format("{}; difference {}", comparison.how, fixed_text(comparison.difference.mean, 2));
  if (std::isfinite(interval.low)) {
    text += fmt::format(", 90 % interval {} to {}", fixed_text(interval.low, 2),
                        fixed_text(interval.high, 2));
  }
  return fmt::format("{}, margin {}", text, short_text(comparison.margin));
}

std::string seeds_needed_text(const Comparison& comparison) {
  const std::size_t needed =
      seeds_that_decide(comparison.with_seeds, comparison.seeds + 1, comparison.margin);
  if (needed > 0) return fmt::format("{} seeds would decide", needed);
  const bool is_known = std::isfinite(comparison.with_seeds(kFewestTrainings).error);
  return is_known
             ? "no number of seeds up to 10000 would decide"
             : fmt::format("at least {} seeds are needed to know the spread", kFewestTrainings);
}

Finding verdict_of(const Comparison& comparison) {
  const std::string text = text_of(comparison);
  if (!std::isfinite(comparison.difference.mean)) return fail_unmeasured("not a number: " + text);
  const double measured = comparison.measured;
  switch (compare_with_margin(comparison.difference, comparison.margin)) {
    case Equivalence::kDifferent:
      return pass_or_fail(false, measured, text);
    case Equivalence::kEquivalent:
      if (comparison.seeds >= kFewestTrainings) return pass_or_fail(true, measured, text);
      break;
    case Equivalence::kUndecided:
      break;
  }
  return ambiguous(measured, fmt::format("{}; {}", text, seeds_needed_text(comparison)));
}

}  // namespace

ComparisonTerms comparison_terms(const Claim& claim) {
  ComparisonTerms terms;
  if (claim.value.is_number()) terms.published = claim.value.get<double>();
  terms.rounding = claim.rounding();
  if (claim.tolerance) {
    terms.margin =
        claim.tolerance->abs + claim.tolerance->rel * std::abs(terms.published.value_or(0.0));
    terms.margin_reason = claim.tolerance->reason;
  }
  if (!(terms.margin > 0.0) || !std::isfinite(terms.margin))
    terms.problem = "the suite gives no margin (tolerance.abs)";
  read_reference_runs(claim.conditions, terms);
  read_spread(claim.conditions, terms);
  return terms;
}

Finding judge_comparison(const Comparison& comparison) {
  Finding finding = verdict_of(comparison);
  finding.tolerance = tolerance_record({.allowed = comparison.margin},
                                       Tolerance{.reason = comparison.margin_reason}, 0.0);
  return finding;
}

std::size_t seeds_that_decide(const std::function<Difference(std::size_t)>& with_seeds,
                              std::size_t first, double margin) {
  return fewest_that_decide(with_seeds, std::max(first, kFewestTrainings), margin);
}

}  // namespace harness
