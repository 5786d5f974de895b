#include "harness/judge/rules/retrained/training_parity.h"

#include <limits>
#include <vector>

#include "harness/base/number_text.h"
#include "harness/judge/evidence.h"

namespace harness {
namespace {

/// Seeds of `one` that `other` lacks, as "seed 3, seed 4".
std::string unpaired(const TrainingRecords& one, const TrainingRecords& other) {
  std::string text;
  for (const auto& [seed, record] : one) {
    if (!other.contains(seed)) text += (text.empty() ? "" : ", ") + seed_text(seed);
  }
  return text;
}

/// How much these pairs differ from the published difference. A single pair shows no spread: it
/// gets the one that the suite states, if any.
Difference pairs_difference(const Sample& differences, const ComparisonTerms& terms) {
  const double published = terms.published.value_or(0.0);
  if (differences.n == 1 && terms.spread) {
    return {differences.mean - published, *terms.spread, std::numeric_limits<double>::infinity()};
  }
  return difference_from(differences, published);
}

}  // namespace

Finding training_parity(const TrainingRecords& half, const TrainingRecords& single,
                        const ComparisonTerms& terms) {
  if (!terms.problem.empty()) return fail_unmeasured(terms.problem);
  const std::string alone = unpaired(half, single) + unpaired(single, half);
  if (!alone.empty()) return fail_unmeasured(alone + ": trained in one precision only");
  for (const auto* trainings : {&half, &single}) {
    if (auto absent = missing_miou(*trainings)) return *absent;
  }
  std::vector<double> values;
  for (const auto& [seed, record] : half) values.push_back(record.miou - single.at(seed).miou);
  const Sample differences = sample_of(values);
  const auto with_seeds = [&](std::size_t n) {
    const double known = terms.spread.value_or(std::numeric_limits<double>::quiet_NaN());
    return pairs_difference({n, differences.mean, differences.n < 2 ? known : differences.sd},
                            terms);
  };
  return judge_comparison({plural(static_cast<std::int64_t>(differences.n), "pair"),
                           differences.mean, differences.n, pairs_difference(differences, terms),
                           terms.margin, terms.margin_reason, with_seeds});
}

Finding judge_retrained_parity(const ClaimContext& context) {
  return judge_both_trainings(context, half_precision(context.row), Schedule::kWhole,
                              [&](const TrainingRecords& half, const TrainingRecords& single) {
                                return training_parity(half, single,
                                                       comparison_terms(context.claim));
                              });
}

}  // namespace harness
