#include "harness/judge/rules/retrained/lockstep_claims.h"

#include <map>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "harness/arithmetic/policy.h"
#include "harness/base/error.h"
#include "harness/base/number_text.h"
#include "harness/judge/evidence.h"
#include "harness/judge/hardware.h"
#include "harness/judge/rules/retrained/expected_training.h"
#include "harness/judge/rules/retrained/lockstep_recipe.h"
#include "harness/judge/rules/retrained/lockstep_series.h"
#include "harness/judge/rules/retrained/trainings.h"

namespace harness {
namespace {

/// The record of every seed that was asked for, or why there is none.
struct Seeds {
  std::map<std::int64_t, LockstepRecord> records;
  const RunResult* first = nullptr;  ///< That with the first record.
  std::string failures;              ///< "seed 1: killed; seed 4: ..."
  std::string skips;
};

void add(std::string& list, const RunResult& result, const std::string& reason) {
  const std::string seed = result.seed ? fmt::format("seed {}", *result.seed) : "without a seed";
  list += fmt::format("{}{}: {}", list.empty() ? "" : "; ", seed, reason);
}

void add(Seeds& seeds, const ClaimContext& context, const RunResult& result,
         const ExpectedTraining& expected) {
  if (result.status == RunStatus::kSkipped) return add(seeds.skips, result, result.reason);
  if (result.status == RunStatus::kError) return add(seeds.failures, result, result.reason);
  if (!result.seed) return add(seeds.failures, result, "expected the result of a seed");
  try {
    const auto record = consistent_record<LockstepRecord>(context, result);
    const std::string other = other_lockstep(result, record, expected);
    if (!other.empty()) return add(seeds.failures, result, other);
    if (seeds.first == nullptr) seeds.first = &result;
    if (const auto setting = other_setting(result, *seeds.first); !setting.empty()) {
      return add(seeds.failures, result, "of another setting than the first: " + setting);
    }
    if (seeds.records.emplace(*result.seed, record).second) return;
    add(seeds.failures, result, "expected one result, got two");
  } catch (const Error& error) {
    add(seeds.failures, result, error.what());
  }
}

Seeds find_seeds(const ClaimContext& context, const std::string& precision) {
  Seeds seeds;
  const ExpectedTraining recipe = expected_training(context, precision);
  for (const auto& result : context.results) {
    const bool fits =
        result.row == context.row.id && result.stage == "lockstep" && result.precision == precision;
    if (fits) add(seeds, context, result, recipe);
  }
  return seeds;
}

/// Why the seeds are not several comparisons of the row's recipe, "" when they are.
std::string mixture_of(const std::map<std::int64_t, LockstepRecord>& records,
                       const std::string& precision, const Row& row) {
  const auto& [first_seed, first] = *records.begin();
  for (const auto& [seed, record] : records) {
    const std::string other = other_recipe(record.scaler, record.batch, precision, row);
    if (!other.empty()) return fmt::format("seed {}: {}", seed, other);
    if (record.steps != first.steps || record.departures != first.departures) {
      return fmt::format("seed {} is of {}{}, seed {} of {}{}", first_seed,
                         plural(first.steps, "step"), departures_text(first.departures), seed,
                         plural(record.steps, "step"), departures_text(record.departures));
    }
    const bool is_repeated = seed != first_seed && !record.series.empty() &&
                             record.series[0].loss.fp64 == first.series[0].loss.fp64;
    if (is_repeated) return fmt::format("seeds {} and {} are the same", first_seed, seed);
  }
  return "";
}

bool has_half_range(std::string_view precision) {
  return facts(policy_of_precision(precision)).compute == ElementType::kFloat16;
}

}  // namespace

Finding judge_lockstep(const ClaimContext& context) {
  const std::string precision = half_precision(context.row);
  const Seeds seeds = find_seeds(context, precision);
  const bool has_some = !seeds.records.empty() || !seeds.failures.empty();
  if (!has_some) {
    const auto evidence = find_result(context, "lockstep", precision);
    return in_precision(
        evidence.absence ? *evidence.absence : fail_unmeasured("no lockstep was finished"),
        precision);
  }
  const bool separates = !seeds.failures.empty() && !seeds.skips.empty();
  const std::string lost = seeds.failures + (separates ? "; " : "") + seeds.skips;
  if (!lost.empty()) {
    return in_precision(fail_unmeasured("expected a lockstep of every seed; " + lost), precision);
  }
  if (const auto mixture = mixture_of(seeds.records, precision, context.row); !mixture.empty()) {
    return in_precision(fail_unmeasured(mixture), precision);
  }
  return in_precision(
      judge_lockstep_records(seeds.records, {context.claim, has_half_range(precision)}), precision);
}

}  // namespace harness
