#include "harness/judge/rules/retrained/design.h"

#include <cmath>
#include <functional>
#include <optional>

#include <fmt/format.h>

#include "harness/base/number_text.h"
#include "harness/base/text.h"
#include "harness/judge/evidence.h"
#include "harness/judge/rules/retrained/comparison.h"
#include "harness/judge/rules/retrained/retrained_miou.h"

namespace harness {
namespace {

/// A comparison that would show no difference at all.
struct Plan {
  double spread;
  double margin;
  std::function<Difference(std::size_t)> with_seeds;
};

std::optional<Plan> plan_of_miou(const ComparisonTerms& terms) {
  const bool compares = !terms.reference_runs.empty() || terms.published;
  if (!terms.problem.empty() || !compares || !std::isfinite(known_spread(terms))) {
    return std::nullopt;
  }
  const double spread = known_spread(terms);
  const double mean =
      terms.reference_runs.empty() ? *terms.published : sample_of(terms.reference_runs).mean;
  return Plan{spread, miou_margin(terms), [terms, spread, mean](std::size_t n) {
                return miou_difference({n, mean, spread}, terms);
              }};
}

std::optional<Plan> plan_of_parity(const ComparisonTerms& terms) {
  if (!terms.problem.empty() || !terms.spread) return std::nullopt;
  const double spread = *terms.spread;
  return Plan{spread, terms.margin, [spread](std::size_t n) {
                return difference_from({n, 0.0, spread}, 0.0);
              }};
}

DesignCheck check(const std::string& claim, std::size_t seeds, const Plan& plan) {
  DesignCheck check{claim, false, ""};
  const auto count = static_cast<std::int64_t>(seeds);
  check.can_decide =
      seeds >= kFewestTrainings &&
      compare_with_margin(plan.with_seeds(seeds), plan.margin) == Equivalence::kEquivalent;
  const std::string terms = fmt::format(" decide within ±{} (sd {})", short_text(plan.margin),
                                        short_text(plan.spread, 3));
  check.text = plural(count, "seed") + (check.can_decide ? " can" : " cannot") + terms;
  if (check.can_decide) return check;
  const std::size_t needed = seeds_that_decide(plan.with_seeds, seeds + 1, plan.margin);
  check.text += needed > 0 ? fmt::format(": {} can", needed) : ": no number of seeds can";
  return check;
}

}  // namespace

std::vector<DesignCheck> check_design(const Row& row, std::size_t seeds,
                                      const std::vector<std::string>& precisions) {
  std::vector<DesignCheck> checks;
  const Claim* miou = row.find_claim("retrain.miou");
  if (miou != nullptr && contains(precisions, row_precision(row))) {
    const auto plan = plan_of_miou(comparison_terms(*miou));
    if (plan) checks.push_back(check(miou->id, seeds, *plan));
  }
  const Claim* parity = row.find_claim("retrain.parity");
  const bool in_both = contains(precisions, half_precision(row)) && contains(precisions, "fp32");
  if (parity != nullptr && in_both) {
    const auto plan = plan_of_parity(comparison_terms(*parity));
    if (plan) checks.push_back(check(parity->id, seeds, *plan));
  }
  return checks;
}

}  // namespace harness
