#include "harness/judge/rules/retrained/training_parity.h"

#include <cmath>
#include <vector>

#include "harness/base/number_text.h"
#include "harness/judge/evidence.h"
#include "harness/judge/rules/retrained/trainings.h"
#include "harness/judge/statistics/statistics.h"

namespace harness {
namespace {

struct Pairs {
  std::vector<double> half;
  std::vector<double> single;
  std::vector<double> differences;
};

Pairs paired(const Trainings& half, const Trainings& single) {
  Pairs pairs;
  for (const auto& [seed, result] : half.by_seed) {
    const auto other = single.by_seed.find(seed);
    if (other == single.by_seed.end()) continue;
    pairs.half.push_back(miou_of(*result));
    pairs.single.push_back(miou_of(*other->second));
    pairs.differences.push_back(pairs.half.back() - pairs.single.back());
  }
  return pairs;
}

/// More pairs that would decide if their mean and spread stayed what these show; 0 when none would.
std::size_t pairs_needed(const Sample& differences, double margin) {
  const double mean = std::abs(differences.mean);
  for (std::size_t n = differences.n + 1; n <= 10000; ++n) {
    const double error = differences.sd / std::sqrt(static_cast<double>(n));
    const auto width = [&](double probability) {
      return student_t_quantile(probability, static_cast<double>(n - 1)) * error;
    };
    const bool inside = mean + width(1.0 - kTrainingAlpha) < margin;
    const bool outside = mean - width(1.0 - kTrainingAlpha / 2) > margin;
    if (inside || outside) return n;
  }
  return 0;
}

Finding judge_pairs(const Sample& differences, double margin) {
  const double n = static_cast<double>(differences.n);
  const double error = differences.sd / std::sqrt(n);
  const auto width = [&](double probability) {
    return student_t_quantile(probability, n - 1) * error;
  };
  const double inner = width(1.0 - kTrainingAlpha);      // Two one-sided tests.
  const double outer = width(1.0 - kTrainingAlpha / 2);  // The two-sided test.
  const double mean = differences.mean;
  std::string text = plural(static_cast<std::int64_t>(differences.n), "pair") + ": 90 % interval " +
                     fixed_text(mean - inner, 2) + " to " + fixed_text(mean + inner, 2) +
                     ", margin " + short_text(margin);
  const double p = 2.0 * (1.0 - student_t_cdf(std::abs(mean) / error, n - 1));
  text += "; two-sided p " + short_text(p, 2);
  if (!std::isfinite(inner) || !std::isfinite(mean)) return missing("not a number: " + text);
  if (std::abs(mean) + inner < margin) return compared(true, mean, text);
  if (std::abs(mean) - outer > margin) return compared(false, mean, text);
  const std::size_t needed = pairs_needed(differences, margin);
  return ambiguous(mean, text + "; " +
                             (needed > 0 ? std::to_string(needed) + " seeds would decide"
                                         : "no number of seeds up to 10000 would decide"));
}

}  // namespace

Finding judge_retrained_parity(const ClaimContext& context) {
  const std::string precision = half_precision(context.row);
  const auto half = find_trainings(context, precision, /*whole=*/true);
  const auto single = find_trainings(context, "fp32", /*whole=*/true);
  for (const auto* trainings : {&half, &single}) {
    if (trainings->absence) return in_precision(*trainings->absence, precision);
  }
  const double margin = context.claim.tolerance ? context.claim.tolerance->abs : 0.0;
  if (!(margin > 0.0)) return in_precision(missing("the suite gives no margin"), precision);
  const Pairs pairs = paired(half, single);
  const Sample differences = sample_of(pairs.differences);
  if (differences.n == 0) return in_precision(missing("no seed was trained in both"), precision);
  if (!std::isfinite(differences.mean)) {
    return in_precision(missing("a training ended without an mIoU"), precision);
  }
  if (differences.n < kFewestTrainings) {
    return in_precision(
        ambiguous(differences.mean, plural(static_cast<std::int64_t>(differences.n), "pair") +
                                        ": at least " + std::to_string(kFewestTrainings) +
                                        " seeds are needed to know the spread"),
        precision);
  }
  Finding finding = judge_pairs(differences, margin);
  finding.tolerance = {{"abs", margin}, {"reason", context.claim.tolerance->reason}};
  return in_precision(finding, precision);
}

}  // namespace harness
