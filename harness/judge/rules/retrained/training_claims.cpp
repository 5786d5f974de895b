#include "harness/judge/rules/retrained/training_claims.h"

#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "harness/base/number_text.h"
#include "harness/judge/evidence.h"
#include "harness/judge/policy_claim.h"
#include "harness/judge/statistics/tolerance.h"

namespace harness {
namespace {

void append(std::string& list, const std::string& text) {
  list += (list.empty() ? "" : "; ") + text;
}

/// "3 of batch_norm ran in float32, expected float16" for each difference; "" without any.
std::string census_difference(const OperatorCounts& census, Policy policy) {
  std::string wrong;
  for (const auto& [kind_name, element_type] : operator_types(policy)) {
    const std::string kind(kind_name);
    const std::string expected(to_string(element_type));
    const auto types = census.find(kind);
    if (types == census.end() || types->second.empty()) {
      append(wrong, fmt::format("no {} was seen", kind));
      continue;
    }
    for (const auto& [type, count] : types->second) {
      if (type == expected) continue;
      append(wrong, fmt::format("{} of {} ran in {}, expected {}", count_text(count), kind, type,
                                expected));
    }
  }
  return wrong;
}

struct Peaks {
  double low = INFINITY;
  double high = 0.0;
};

/// Peaks of all trainings in bytes; nullopt when one has none.
std::optional<Peaks> peaks_of(const TrainingRecords& trainings) {
  Peaks range;
  for (const auto& [seed, record] : trainings) {
    const auto peak = static_cast<double>(record.peak_bytes.value_or(0));
    if (!(peak > 0.0)) return std::nullopt;
    range.low = std::min(range.low, peak);
    range.high = std::max(range.high, peak);
  }
  return range;
}

double mean_rate(const TrainingRecords& trainings) {
  double sum = 0.0;
  for (const auto& [seed, record] : trainings) sum += record.iterations_per_second;
  return sum / static_cast<double>(trainings.size());
}

/// "600 KiB against 1,000 KiB; 17.5 it/s against 16.9", the rates where all were timed.
std::string memory_text(const Peaks& half_peaks, const Peaks& single_peaks,
                        const TrainingRecords& half, const TrainingRecords& single) {
  const auto kib = [](double bytes) { return count_text(static_cast<std::int64_t>(bytes) >> 10); };
  const std::string text =
      fmt::format("{} KiB against {} KiB", kib(half_peaks.high), kib(single_peaks.high));
  const double half_rate = mean_rate(half);
  const double single_rate = mean_rate(single);
  if (!std::isfinite(half_rate) || !std::isfinite(single_rate)) return text;
  return fmt::format("{}; {} it/s against {}", text, fixed_text(half_rate, 1),
                     fixed_text(single_rate, 1));
}

Finding judge_ratios(const Peaks& ratios, const std::string& text, const ExpectedMemory& expected) {
  if (!expected.ratio) {
    Finding finding = not_verifiable(text);
    finding.measured = ratios.high;
    return finding;
  }
  const bool low_is_farther =
      std::abs(ratios.low - *expected.ratio) > std::abs(ratios.high - *expected.ratio);
  const double measured = low_is_farther ? ratios.low : ratios.high;
  const auto judgement =
      judge_number(measured, *expected.ratio, expected.tolerance, expected.rounding);
  Finding finding = pass_or_fail(judgement.pass, measured, text);
  finding.tolerance = tolerance_record(judgement, expected.tolerance, expected.rounding);
  return finding;
}

}  // namespace

Finding retrained_arithmetic(const TrainingRecords& trainings, Policy policy) {
  const std::string name(to_string(policy));
  for (const auto& [seed, record] : trainings) {
    const std::string where = seed_text(seed) + ": ";
    if (!record.census)
      return fail_unmeasured(where + "the training left no census of its operators");
    if (record.policy != name) {
      return pass_or_fail(false, record.policy,
                          fmt::format("{}expected {}, trained in {}", where, name, record.policy));
    }
    const std::string wrong = census_difference(*record.census, policy);
    if (!wrong.empty()) return pass_or_fail(false, record.policy, where + wrong);
  }
  return pass_or_fail(true, name,
                      "every convolution and its gradient, norm and loss ran as it asks in " +
                          plural(static_cast<std::int64_t>(trainings.size()), "training"));
}

Finding retrained_finite(const TrainingRecords& trainings, double published) {
  std::int64_t steps = 0;
  std::int64_t skipped_steps = 0;
  std::int64_t bad = 0;
  std::string failures;
  std::string undecided;
  for (const auto& [seed, record] : trainings) {
    if (is_coming_down(record)) append(undecided, seed_text(seed));
    steps += record.steps;
    skipped_steps += record.skipped;
    bad += record.applied_non_finite_steps;
    const std::string ruin = ruin_of(record);
    if (!ruin.empty()) append(failures, fmt::format("{}: {}", seed_text(seed), ruin));
  }
  std::string text = "of " + plural(steps, "step");
  if (skipped_steps > 0) text += fmt::format(", {} of them skipped", count_text(skipped_steps));
  const bool as_published = static_cast<double>(bad) == published;
  if (bad > 0 && !as_published) text += "; flight.json beside a log says what broke first";
  if (!failures.empty()) text += "; " + failures;
  if (failures.empty() && as_published && !undecided.empty()) {
    return ambiguous(
        bad, fmt::format("{}; {}: cut short while the scale was coming down", text, undecided));
  }
  return pass_or_fail(failures.empty() && as_published, bad, text);
}

Finding retrained_memory(const TrainingRecords& half, const TrainingRecords& single,
                         const ExpectedMemory& expected) {
  const auto half_peaks = peaks_of(half);
  const auto single_peaks = peaks_of(single);
  if (!half_peaks || !single_peaks) return fail_unmeasured("a training recorded no peak of memory");
  const Peaks ratios{half_peaks->low / single_peaks->high, half_peaks->high / single_peaks->low};
  return judge_ratios(ratios, memory_text(*half_peaks, *single_peaks, half, single), expected);
}

Finding judge_retrained_arithmetic(const ClaimContext& context) {
  const auto policy = claimed_policy(context.claim);
  return judge_trainings(
      context, row_precision(context.row), Schedule::kAny, [&](const TrainingRecords& trainings) {
        return policy ? retrained_arithmetic(trainings, *policy) : unknown_policy(context.claim);
      });
}

Finding judge_retrained_finite(const ClaimContext& context) {
  const Json& value = context.claim.value;
  const double published = value.is_number() ? value.get<double>() : 0.0;
  return judge_trainings(
      context, row_precision(context.row), Schedule::kAny,
      [&](const TrainingRecords& trainings) { return retrained_finite(trainings, published); });
}

Finding judge_retrained_memory(const ClaimContext& context) {
  ExpectedMemory expected{std::nullopt, context.claim.rounding(), context.claim.tolerance};
  if (context.claim.value.is_number()) expected.ratio = context.claim.value.get<double>();
  const std::string precision = half_precision(context.row);
  return judge_both_trainings(context, precision, Schedule::kAny,
                              [&](const TrainingRecords& half, const TrainingRecords& single) {
                                return retrained_memory(half, single, expected);
                              });
}

}  // namespace harness
