#include "harness/judge/rules/retrained/retrained_miou.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "harness/base/number_text.h"
#include "harness/judge/evidence.h"

namespace harness {
namespace {

std::string runs_text(const Sample& sample) {
  std::string text = fmt::format("{}, mean {}", plural(static_cast<std::int64_t>(sample.n), "run"),
                                 fixed_text(sample.mean, 2));
  return sample.n < 2 ? text : fmt::format("{}, sd {}", text, fixed_text(sample.sd, 2));
}

Sample miou_sample(const TrainingRecords& trainings) {
  std::vector<double> values;
  for (const auto& [seed, record] : trainings) values.push_back(record.miou);
  return sample_of(values);
}

std::string margin_reason(const ComparisonTerms& terms) {
  if (!terms.reference_runs.empty() || terms.rounding == 0.0) return terms.margin_reason;
  return fmt::format("{}; ±{}: rounding of the published digits", terms.margin_reason,
                     short_text(terms.rounding));
}

std::string how_text(const Sample& ours, const ComparisonTerms& terms) {
  if (!terms.reference_runs.empty()) {
    return fmt::format("{}; reference {}", runs_text(ours),
                       runs_text(sample_of(terms.reference_runs)));
  }
  return fmt::format("{}; published {}", runs_text(ours), short_text(*terms.published, 6));
}

/// Reference runs that do not reach the published number are not its own: to be like them proves
/// nothing of it.
std::optional<Finding> foreign_references(const Sample& ours, const ComparisonTerms& terms) {
  if (terms.reference_runs.empty() || !terms.published) return std::nullopt;
  const auto [least, most] = std::ranges::minmax(terms.reference_runs);
  const double distance = std::max(*terms.published - most, least - *terms.published);
  if (distance <= terms.margin + terms.rounding) return std::nullopt;
  return pass_or_fail(
      false, ours.mean,
      fmt::format("{}; the published {} is {} from the nearest of its reference runs, margin {}",
                  how_text(ours, terms), short_text(*terms.published, 6), short_text(distance, 3),
                  short_text(terms.margin)));
}

}  // namespace

double known_spread(const ComparisonTerms& terms) {
  if (!terms.reference_runs.empty()) return sample_of(terms.reference_runs).sd;
  return terms.spread.value_or(std::numeric_limits<double>::quiet_NaN());
}

double miou_margin(const ComparisonTerms& terms) {
  return terms.reference_runs.empty() ? terms.margin + terms.rounding : terms.margin;
}

Difference miou_difference(const Sample& ours, const ComparisonTerms& terms) {
  if (!terms.reference_runs.empty()) {
    const Sample theirs = sample_of(terms.reference_runs);
    return ours.n == 1 ? difference_of_one(ours.mean, theirs) : difference_between(ours, theirs);
  }
  const double published = terms.published.value_or(std::numeric_limits<double>::quiet_NaN());
  if (ours.n == 1) {
    return {ours.mean - published, known_spread(terms), std::numeric_limits<double>::infinity()};
  }
  return difference_from(ours, published);
}

Finding retrained_miou(const TrainingRecords& trainings, const ComparisonTerms& terms) {
  if (!terms.problem.empty()) return fail_unmeasured(terms.problem);
  if (auto absent = missing_miou(trainings)) return *absent;
  const Sample ours = miou_sample(trainings);
  if (terms.reference_runs.empty() && !terms.published) {
    Finding finding = not_verifiable(runs_text(ours));
    finding.measured = ours.mean;
    return finding;
  }
  if (auto foreign = foreign_references(ours, terms)) return *foreign;
  const auto with_seeds = [&](std::size_t n) {
    return miou_difference({n, ours.mean, ours.n < 2 ? known_spread(terms) : ours.sd}, terms);
  };
  return judge_comparison({how_text(ours, terms), ours.mean, ours.n, miou_difference(ours, terms),
                           miou_margin(terms), margin_reason(terms), with_seeds});
}

Finding judge_retrained_miou(const ClaimContext& context) {
  return judge_trainings(context, row_precision(context.row), Schedule::kWhole,
                         [&](const TrainingRecords& trainings) {
                           return retrained_miou(trainings, comparison_terms(context.claim));
                         });
}

}  // namespace harness
