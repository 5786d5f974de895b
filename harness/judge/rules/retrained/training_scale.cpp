#include "harness/judge/rules/retrained/training_scale.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "harness/base/number_text.h"
#include "harness/judge/evidence.h"
#include "harness/judge/rules/retrained/scale_replay.h"
#include "harness/judge/statistics/tolerance.h"

namespace harness {
namespace {

/// "600 steps, 3 of them skipped; scale between 512 and 65536, 7 changes; of the gradients 0.1 %
/// are 0 and 2 % subnormal in half": what the scale did in all trainings together.
std::string scaling_text(const TrainingRecords& trainings) {
  std::int64_t steps = 0;
  std::int64_t skipped_steps = 0;
  std::int64_t changes = 0;
  GradientsRecord gradients;
  double low = INFINITY;
  double high = 0.0;
  for (const auto& [seed, record] : trainings) {
    steps += record.steps;
    skipped_steps += record.skipped;
    changes += static_cast<std::int64_t>(record.scale.changes.size());
    gradients.looked_at += record.gradients.looked_at;
    gradients.zeros += record.gradients.zeros;
    gradients.half_subnormals += record.gradients.half_subnormals;
    low = std::min(low, record.scale.min);
    high = std::max(high, record.scale.max);
  }
  std::string text =
      fmt::format("{}, {} of them skipped", plural(steps, "step"), count_text(skipped_steps));
  if (changes > 0) {
    text += fmt::format("; scale between {} and {}, {}", short_text(low), short_text(high),
                        plural(changes, "change"));
  }
  if (gradients.looked_at == 0) return text;
  return fmt::format("{}; of the gradients {} are 0 and {} subnormal in half", text,
                     share_text(gradients.zeros, gradients.looked_at),
                     share_text(gradients.half_subnormals, gradients.looked_at));
}

/// The failure of a training with another scaler than the row's; nullopt when there is none.
std::optional<Finding> other_scaler(const TrainingRecords& trainings,
                                    const ExpectedScaling& expected) {
  if (!expected.scaler) return std::nullopt;
  for (const auto& [seed, record] : trainings) {
    const std::string type(to_string(expected.scaler->type));
    if (record.scaler == type) continue;
    return pass_or_fail(false, record.scaler,
                        fmt::format("{}: expected the scaler {}, trained with {}", seed_text(seed),
                                    type, record.scaler));
  }
  return std::nullopt;
}

/// The first scale that is not the expected one, as NaN never is; nullopt when there is none.
std::optional<double> other_scale(const ScaleRecord& scale, bool may_move, double expected) {
  const auto differs = [expected](double value) { return !(value == expected); };
  if (differs(scale.first)) return scale.first;
  if (may_move) return std::nullopt;
  for (const double value : {scale.min, scale.max, scale.last}) {
    if (differs(value)) return value;
  }
  return std::nullopt;
}

/// Evidence that the scale does not do what it is for; nullopt when there is none. Scaled gradients
/// must stay below half's largest number, 65504, and above what it flushes to 0 (arXiv 1710.03740,
/// section 3.2). How many flush cannot be seen, because gradients may be 0 without that; but where
/// more of those that are left are subnormal than normal, many more lie below. A scale that moves
/// may begin too large, and is judged by its recovery.
std::optional<Finding> useless_scale(const TrainingRecord& record, const ScalerOptions& scaler,
                                     const std::string& seed) {
  if (scaler.type == ScalerType::kNone) return std::nullopt;
  const Json scale = number_or_null(record.scale.first);
  const std::int64_t lost = std::max(record.skipped, record.non_finite_steps);
  if (!is_dynamic(scaler.type) && lost >= record.steps) {
    return pass_or_fail(false, scale,
                        fmt::format("{}: the scaled gradients of every step overflow", seed));
  }
  const GradientsRecord& gradients = record.gradients;
  if (gradients.looked_at <= 0) return ambiguous(scale, seed + ": nobody looked at a gradient");
  const std::int64_t subnormal = gradients.half_subnormals;
  const std::int64_t normal = gradients.looked_at - gradients.zeros - subnormal;
  if (normal > subnormal) return std::nullopt;
  return pass_or_fail(
      false, scale,
      fmt::format("{}: of {} scaled gradients {} are 0 and {} subnormal in half, which leaves {}",
                  seed, count_text(gradients.looked_at), count_text(gradients.zeros),
                  count_text(subnormal), count_text(normal)));
}

/// Skipped steps in a row before the end of the training.
std::int64_t skipped_at_the_end(const TrainingRecord& record) {
  std::int64_t count = 0;
  for (auto step = record.skipped_steps.rbegin(); step != record.skipped_steps.rend(); ++step) {
    if (*step != record.steps - 1 - count) break;
    ++count;
  }
  return count;
}

/// Evidence against one training's recovery; nullopt when there is none.
std::optional<Finding> unrecovered(const TrainingRecord& record, const ScalerOptions& scaler,
                                   const std::string& seed) {
  const std::string difference = scale_difference(record, scaler);
  if (!difference.empty()) {
    return pass_or_fail(false, record.scaler, fmt::format("{}: {}", seed, difference));
  }
  const double last = record.scale.last;
  if (!std::isfinite(last) || !(last > 0.0)) {
    return pass_or_fail(
        false, record.scaler,
        fmt::format("{}: training ended with the scale {}", seed, short_text(last)));
  }
  // The last step alone may have been the trial of a larger scale.
  const std::int64_t end = skipped_at_the_end(record);
  if (end <= 1 && record.skipped < record.steps) return std::nullopt;
  const std::string text = fmt::format("{}: the last {} were skipped", seed, plural(end, "step"));
  if (record.is_whole()) return pass_or_fail(false, record.scaler, text);
  return ambiguous(record.scaler, text + ", and the training was cut short there");
}

ExpectedScaling expected_scaling(const ClaimContext& context) {
  ExpectedScaling expected;
  if (context.claim.value.is_number()) expected.value = context.claim.value.get<double>();
  if (context.row.arithmetic) expected.scaler = context.row.arithmetic->scaler;
  expected.tolerance = context.claim.tolerance;
  return expected;
}

using ScalingRule = Finding (*)(const TrainingRecords&, const ExpectedScaling&);

Finding judge_scaling(const ClaimContext& context, Schedule schedule, ScalingRule rule) {
  return judge_trainings(
      context, row_precision(context.row), schedule,
      [&](const TrainingRecords& trainings) { return rule(trainings, expected_scaling(context)); });
}

}  // namespace

Finding retrained_loss_scale(const TrainingRecords& trainings, const ExpectedScaling& expected) {
  if (auto other = other_scaler(trainings, expected)) return *other;
  const double first = trainings.begin()->second.scale.first;
  if (!expected.value) {
    Finding finding = not_verifiable(scaling_text(trainings));
    finding.measured = number_or_null(first);
    return finding;
  }
  const bool may_move = expected.scaler && is_dynamic(expected.scaler->type);
  const double value =
      expected.scaler ? held_scale(expected.scaler->type, *expected.value) : *expected.value;
  std::optional<Finding> undecided;
  for (const auto& [seed, record] : trainings) {
    if (const auto other = other_scale(record.scale, may_move, value)) {
      return pass_or_fail(false, number_or_null(*other),
                          fmt::format("{}; {}", seed_text(seed), scaling_text(trainings)));
    }
    if (!expected.scaler) continue;
    const auto finding = useless_scale(record, *expected.scaler, seed_text(seed));
    if (finding && finding->verdict == Verdict::kFail) return *finding;
    if (finding && !undecided) undecided = finding;
  }
  if (undecided) return *undecided;
  return pass_or_fail(true, first, scaling_text(trainings));
}

Finding retrained_recovery(const TrainingRecords& trainings, const ExpectedScaling& expected) {
  if (!expected.scaler || !is_dynamic(expected.scaler->type)) {
    return fail_unmeasured("the row states no dynamic loss scaler");
  }
  if (auto other = other_scaler(trainings, expected)) return *other;
  std::optional<Finding> undecided;
  for (const auto& [seed, record] : trainings) {
    const auto finding = unrecovered(record, *expected.scaler, seed_text(seed));
    if (finding && finding->verdict == Verdict::kFail) return *finding;
    if (finding && !undecided) undecided = finding;
  }
  if (undecided) return *undecided;
  return pass_or_fail(true, std::string(to_string(expected.scaler->type)),
                      "every scale follows from the overflows; " + scaling_text(trainings));
}

Finding retrained_skips(const TrainingRecords& trainings, const ExpectedScaling& expected) {
  double largest = 0.0;
  for (const auto& [seed, record] : trainings) {
    largest =
        std::max(largest, static_cast<double>(record.skipped) / static_cast<double>(record.steps));
  }
  const auto judgement =
      judge_number(largest, expected.value.value_or(0.0), expected.tolerance, /*rounding=*/0.0);
  Finding finding = pass_or_fail(
      judgement.pass, largest,
      fmt::format("{}; largest share of a training {}, allowed {}", scaling_text(trainings),
                  short_text(largest, 3), short_text(judgement.allowed, 3)));
  finding.tolerance = tolerance_record(judgement, expected.tolerance, 0.0);
  return finding;
}

Finding judge_retrained_loss_scale(const ClaimContext& context) {
  return judge_scaling(context, Schedule::kAny, retrained_loss_scale);
}

Finding judge_retrained_recovery(const ClaimContext& context) {
  return judge_scaling(context, Schedule::kAny, retrained_recovery);
}

Finding judge_retrained_skips(const ClaimContext& context) {
  return judge_scaling(context, Schedule::kWhole, retrained_skips);
}

}  // namespace harness
