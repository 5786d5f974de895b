#include "harness/judge/rules/retrained/training_claims.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "harness/base/measurement.h"
#include "harness/base/number_text.h"
#include "harness/judge/evidence.h"
#include "harness/judge/policy_claim.h"
#include "harness/judge/rules/retrained/trainings.h"
#include "harness/judge/statistics/statistics.h"
#include "harness/judge/statistics/tolerance.h"

namespace harness {
namespace {

std::vector<double> reference_runs(const Claim& claim) {
  std::vector<double> values;
  const Json* list = find_at(claim.conditions, {"reference_runs"});
  if (list == nullptr || !list->is_array()) return values;
  for (const auto& value : *list) {
    if (value.is_number()) values.push_back(value.get<double>());
  }
  return values;
}

std::string runs_text(const Sample& sample) {
  std::string text =
      plural(static_cast<std::int64_t>(sample.n), "run") + ", mean " + fixed_text(sample.mean, 2);
  return sample.n < 2 ? text : text + ", sd " + fixed_text(sample.sd, 2);
}

/// How far one further run may lie from the mean of n by chance (95 %).
double prediction_width(const Sample& sample) {
  const double n = static_cast<double>(sample.n);
  return student_t_quantile(1.0 - kTrainingAlpha / 2, n - 1) * sample.sd * std::sqrt(1.0 + 1.0 / n);
}

Finding against_reference(const Sample& ours, std::span<const double> values,
                          std::span<const double> reference) {
  const Sample theirs = sample_of(reference);
  const std::string both = runs_text(ours) + "; reference " + runs_text(theirs);
  if (ours.n == 1) {
    const double width = prediction_width(theirs);
    const bool inside = std::abs(ours.mean - theirs.mean) <= width;
    const std::string text = both + "; one run of the reference's population lies within " +
                             fixed_text(width, 2) + " of its mean";
    if (!inside) return compared(false, ours.mean, text + ", this one does not");
    return ambiguous(ours.mean, text + ": consistent, and one run proves no more; give --seeds");
  }
  const WelchTest test = welch_test(values, reference);
  if (!std::isfinite(test.p)) return missing("the runs have no spread to test with: " + both);
  return compared(test.p >= kTrainingAlpha, ours.mean,
                  both + "; Welch's test of equal means: p " + short_text(test.p, 2));
}

Finding against_published(const Sample& ours, double published) {
  if (ours.n < kFewestTrainings) {
    return ambiguous(ours.mean, runs_text(ours) + ": " + std::to_string(kFewestTrainings) +
                                    " seeds are needed to know their spread");
  }
  const double width = prediction_width(ours);
  return compared(std::abs(published - ours.mean) <= width, ours.mean,
                  runs_text(ours) + "; 95 % of such runs lie within " + fixed_text(width, 2) +
                      " of their mean");
}

bool is_dynamic_scaler(const std::string& name) {
  const auto type = find_scaler_type(name);
  return type && is_dynamic(*type);
}

/// "batch_norm ran in float32" for what differs.
std::string census_difference(const Json& census, Policy policy) {
  std::string wrong;
  for (const auto& [kind_name, element_type] : operator_types(policy)) {
    const std::string kind(kind_name);
    const std::string expected(to_string(element_type));
    const Json* types = find_at(census, {kind});
    if (types == nullptr || !types->is_object() || types->empty()) {
      wrong += (wrong.empty() ? "" : "; ") + ("no " + kind + " was seen");
      continue;
    }
    for (const auto& [type, count] : types->items()) {
      if (type == expected) continue;
      wrong += (wrong.empty() ? "" : "; ") + count.dump() + " of " + kind + " ran in " + type +
               ", expected " + expected;
    }
  }
  return wrong;
}

/// "600 steps, 3 of them skipped; scale 65536 to 512 in 7 changes; of the gradients 0.1 % are 0 and
/// 2 % subnormal in half": what the scale did in all trainings together.
std::string scaling_text(const Trainings& trainings) {
  std::map<std::string, std::int64_t> sums;
  double low = INFINITY;
  double high = 0.0;
  for (const auto& [seed, result] : trainings.by_seed) {
    const Json& record = result->measurements;
    for (const auto* key : {"steps", "skipped"}) sums[key] += count_at(record, {key}).value_or(0);
    for (const auto* key : {"looked_at", "zeros", "half_subnormals"}) {
      sums[key] += count_at(record, {"gradients", key}).value_or(0);
    }
    const Json* changes = find_at(record, {"scale", "changes"});
    sums["changes"] += changes == nullptr ? 0 : static_cast<std::int64_t>(changes->size());
    low = std::min(low, number_at(record, {"scale", "min"}).value_or(INFINITY));
    high = std::max(high, number_at(record, {"scale", "max"}).value_or(0.0));
  }
  std::string text =
      plural(sums["steps"], "step") + ", " + count_text(sums["skipped"]) + " of them skipped";
  if (sums["changes"] > 0) {
    text += "; scale between " + short_text(low) + " and " + short_text(high) + ", " +
            plural(sums["changes"], "change");
  }
  if (sums["looked_at"] == 0) return text;
  return text + "; of the gradients " + share_text(sums["zeros"], sums["looked_at"]) +
         " are 0 and " + share_text(sums["half_subnormals"], sums["looked_at"]) +
         " subnormal in half";
}

/// "; 17.5 it/s against 16.9" where both were timed.
std::string rates_text(const RunResult& half, const RunResult& single) {
  const auto rate = [](const RunResult& result) {
    return number_at(result.measurements, {"iterations_per_second"});
  };
  if (!rate(half) || !rate(single)) return "";
  return "; " + fixed_text(*rate(half), 1) + " it/s against " + fixed_text(*rate(single), 1);
}

}  // namespace

Finding judge_retrained_miou(const ClaimContext& context) {
  const std::string precision = row_precision(context.row);
  const auto trainings = find_trainings(context, precision, /*whole=*/true);
  if (trainings.absence) return in_precision(*trainings.absence, precision);
  std::vector<double> values;
  for (const auto& [seed, result] : trainings.by_seed) values.push_back(miou_of(*result));
  const Sample ours = sample_of(values);
  if (!std::isfinite(ours.mean)) {
    return in_precision(missing("a training ended without an mIoU"), precision);
  }
  const auto reference = reference_runs(context.claim);
  if (reference.size() >= 2) {
    return in_precision(against_reference(ours, values, reference), precision);
  }
  if (!context.claim.value.is_number()) {
    auto finding = not_verifiable(runs_text(ours));
    finding.measured = ours.mean;
    return in_precision(finding, precision);
  }
  return in_precision(against_published(ours, context.claim.value.get<double>()), precision);
}

Finding judge_retrained_loss_scale(const ClaimContext& context) {
  const std::string precision = row_precision(context.row);
  const auto trainings = find_trainings(context, precision, /*whole=*/false);
  if (trainings.absence) return in_precision(*trainings.absence, precision);
  std::int64_t steps = 0;
  Json measured;
  bool fits = true;
  for (const auto& [seed, result] : trainings.by_seed) {
    const Json& record = result->measurements;
    steps += count_at(record, {"steps"}).value_or(0);
    const bool dynamic = is_dynamic_scaler(text_at(record, {"scaler"}));
    for (const auto* key : {"first", "min", "max", "last"}) {
      const auto scale = number_at(record, {"scale", key});
      if (dynamic && std::string_view(key) != "first") continue;
      if (measured.is_null() && scale) measured = *scale;
      if (!scale || Json(*scale) != context.claim.value) {
        fits = false;
        if (scale) measured = *scale;
      }
    }
  }
  if (steps == 0) return in_precision(missing("no step was trained"), precision);
  return in_precision(compared(fits, measured, scaling_text(trainings)), precision);
}

Finding judge_retrained_arithmetic(const ClaimContext& context) {
  const std::string precision = row_precision(context.row);
  const auto trainings = find_trainings(context, precision, /*whole=*/false);
  if (trainings.absence) return in_precision(*trainings.absence, precision);
  const Policy policy = claimed_policy(context.claim).value_or(Policy::kFp32);
  const RunResult& result = *trainings.by_seed.begin()->second;
  const Json* census = find_at(result.measurements, {"census"});
  if (census == nullptr || !census->is_object()) {
    return in_precision(missing("the training left no census of its operators"), precision);
  }
  const std::string wrong = census_difference(*census, policy);
  const std::string seen = text_at(result.measurements, {"policy"});
  if (!wrong.empty()) return in_precision(compared(false, seen, wrong), precision);
  return in_precision(
      compared(true, seen, "every convolution and its gradient, norm and loss ran as it asks"),
      precision);
}

Finding judge_retrained_finite(const ClaimContext& context) {
  const std::string precision = row_precision(context.row);
  const auto trainings = find_trainings(context, precision, /*whole=*/false);
  if (trainings.absence) return in_precision(*trainings.absence, precision);
  std::int64_t steps = 0;
  std::int64_t bad = 0;
  for (const auto& [seed, result] : trainings.by_seed) {
    steps += count_at(result->measurements, {"steps"}).value_or(0);
    bad += count_at(result->measurements, {"non_finite_steps"}).value_or(1);
  }
  if (steps == 0) return in_precision(missing("no step was trained"), precision);
  return in_precision(
      compared(bad == 0, bad,
               "of " + plural(steps, "step") +
                   (bad == 0 ? "" : "; flight.json beside the log says what broke first")),
      precision);
}

Finding judge_retrained_memory(const ClaimContext& context) {
  const std::string precision = half_precision(context.row);
  const auto half = find_trainings(context, precision, /*whole=*/false);
  const auto single = find_trainings(context, "fp32", /*whole=*/false);
  for (const auto* trainings : {&half, &single}) {
    if (trainings->absence) return in_precision(*trainings->absence, precision);
  }
  const auto peak = [](const Trainings& trainings) {
    return number_at(trainings.by_seed.begin()->second->measurements, {"peak_bytes"}).value_or(0.0);
  };
  if (!(peak(half) > 0.0) || !(peak(single) > 0.0)) {
    return in_precision(missing("the trainings recorded no peak of memory"), precision);
  }
  const double ratio = peak(half) / peak(single);
  const std::string text =
      count_text(static_cast<std::int64_t>(peak(half)) >> 10) + " KiB against " +
      count_text(static_cast<std::int64_t>(peak(single)) >> 10) + " KiB" +
      rates_text(*half.by_seed.begin()->second, *single.by_seed.begin()->second);
  if (!context.claim.value.is_number()) {
    auto finding = not_verifiable(text);
    finding.measured = ratio;
    return in_precision(finding, precision);
  }
  const auto judgement = judge_number(ratio, context.claim.value.get<double>(),
                                      context.claim.tolerance, context.claim.rounding());
  Finding finding = compared(judgement.pass, ratio, text);
  finding.tolerance =
      tolerance_record(judgement, context.claim.tolerance, context.claim.rounding());
  return in_precision(finding, precision);
}

}  // namespace harness
