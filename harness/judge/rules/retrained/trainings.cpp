#include "harness/judge/rules/retrained/trainings.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "harness/arithmetic/policy.h"
#include "harness/base/error.h"
#include "harness/base/number_text.h"
#include "harness/judge/evidence.h"
#include "harness/judge/rules/retrained/expected_training.h"
#include "harness/judge/rules/retrained/training_recipe.h"

namespace harness {
namespace {

/// Ten times what a momentum of 0.9 remembers. Within fewer steps one batch that is harder than the
/// first can hide what was learnt.
constexpr std::int64_t kEnoughToLearn = 100;

std::string progress_text(const TrainingRecord& record, std::int64_t of) {
  return fmt::format("{} of {}", count_text(record.iterations), plural(of, "iteration"));
}

/// The scaler that the row's recipe trains with in this precision.
ScalerType scaler_of(const std::string& precision, const Row& row) {
  const Policy policy = policy_of_precision(precision);
  const bool is_own = row.arithmetic && row.arithmetic->policy == policy;
  return is_own ? row.arithmetic->scaler_or_default().type : default_scaler(policy).type;
}

/// Why the training is not of the row's recipe, "" when it is. Other rows' recipes train for other
/// times, and reach other mIoUs.
std::string other_recipe(const TrainingRecord& record, const std::string& precision,
                         const Row& row) {
  const Json iterations = recipe_value(row, "iterations");
  if (iterations.is_null() || iterations == record.scheduled_iterations) {
    return other_recipe(record.scaler, record.batch, precision, row);
  }
  return fmt::format("expected {} iterations by the row's recipe, it trained by {}",
                     iterations.dump(), record.scheduled_iterations);
}

Training read_training(const ClaimContext& context, const RunResult& result,
                       const ExpectedTraining& expected) {
  Training training;
  training.seed = result.seed.value_or(0);
  training.status = result.status;
  training.reason = result.reason;
  if (result.status != RunStatus::kOk) return training;
  try {
    training.record = consistent_record<TrainingRecord>(context, result);
  } catch (const Error& error) {
    training.status = RunStatus::kError;
    training.reason = error.what();
    return training;
  }
  const TrainingRecord& record = training.record;
  const auto digest = result.digests.find("weights");
  if (digest != result.digests.end()) training.weights = digest->second;
  if (training.weights.empty()) training.reason = "its trained weights are not recorded";
  if (training.reason.empty()) {
    training.reason = other_recipe(record, result.precision, context.row);
  }
  if (training.reason.empty()) training.reason = other_training(result, record, expected);
  if (record.iterations != record.asked_iterations || record.steps != record.iterations) {
    training.reason = "stopped after " + progress_text(record, record.asked_iterations);
  }
  if (!training.reason.empty()) training.status = RunStatus::kError;
  return training;
}

/// "3 of 5 trainings in fp16 finished; seed 3: killed by signal 9; seed 4: ...".
std::string losses_text(const std::vector<Training>& trainings, const std::string& precision) {
  std::string text;
  std::int64_t finished = 0;
  for (const auto& training : trainings) {
    if (training.status == RunStatus::kOk) {
      ++finished;
    } else {
      text += fmt::format("; {}: {}", seed_text(training.seed),
                          training.reason.empty() ? "no reason was given" : training.reason);
    }
  }
  return fmt::format("{} of {} in {} finished{}", count_text(finished),
                     plural(static_cast<std::int64_t>(trainings.size()), "training"), precision,
                     text);
}

/// Trainings of other lengths or batches are of another recipe: not of one distribution.
std::optional<Finding> account_for_recipe(const std::vector<Training>& trainings) {
  const TrainingRecord& first = trainings.front().record;
  for (const auto& [seed, status, reason, record, weights] : trainings) {
    if (record.scheduled_iterations == first.scheduled_iterations && record.batch == first.batch &&
        record.scaler == first.scaler && record.departures == first.departures) {
      continue;
    }
    return fail_unmeasured(fmt::format(
        "expected one recipe; {}: {} in batches of {}, scaler {}; {}: {} in batches of {}, scaler "
        "{}",
        seed_text(trainings.front().seed), plural(first.scheduled_iterations, "iteration"),
        first.batch, first.scaler, seed_text(seed),
        plural(record.scheduled_iterations, "iteration"), record.batch, record.scaler));
  }
  return std::nullopt;
}

std::optional<Finding> account_for_schedule(const std::vector<Training>& trainings) {
  std::string cut;
  std::size_t count = 0;
  for (const auto& training : trainings) {
    if (training.record.is_whole()) continue;
    ++count;
    cut += fmt::format("; {}: {}", seed_text(training.seed),
                       progress_text(training.record, training.record.scheduled_iterations));
  }
  if (count == 0) return std::nullopt;
  if (count == trainings.size()) {
    return skipped("the training was cut short of its schedule (--iters)" + cut);
  }
  return fail_unmeasured("some of the trainings were cut short of their schedule" + cut);
}

/// What diverged, or never made a step, reaches no mIoU that could be compared.
std::optional<Finding> account_for_divergence(const std::vector<Training>& trainings) {
  std::string lost;
  for (const auto& [seed, status, reason, record, weights] : trainings) {
    std::string why = ruin_of(record);
    if (why.empty() && record.applied_non_finite_steps > 0) {
      why = plural(record.applied_non_finite_steps, "step") + " applied that were not finite";
    }
    if (!why.empty()) {
      lost += fmt::format("{}{}: {}", lost.empty() ? "" : "; ", seed_text(seed), why);
    }
  }
  if (lost.empty()) return std::nullopt;
  return fail_unmeasured("nothing was learnt that could be compared: " + lost);
}

/// All trainings that were asked for in this precision, or why they cannot be judged.
struct Accounted {
  TrainingRecords records;
  std::optional<Finding> absence;
  std::set<std::string> weights;
};

Accounted accounted_trainings(const ClaimContext& context, const std::string& precision,
                              Schedule schedule) {
  const auto trainings = read_trainings(context, precision);
  if (trainings.empty()) return {{}, find_result(context, "train", precision).absence, {}};
  Accounted accounted;
  accounted.absence = account_for(trainings, precision, schedule);
  for (const auto& training : trainings) {
    accounted.records[training.seed] = training.record;
    accounted.weights.insert(training.weights);
  }
  return accounted;
}

Finding judge_accounted(const Accounted& trainings, const std::string& precision,
                        const std::function<Finding(const TrainingRecords&)>& rule) {
  Finding finding = trainings.absence ? *trainings.absence : rule(trainings.records);
  if (!trainings.records.empty()) {
    finding.reason += departures_text(trainings.records.begin()->second.departures);
  }
  return in_precision(std::move(finding), precision);
}

/// FP32 under another name would be at parity with itself.
bool share_weights(const Accounted& one, const Accounted& other) {
  return std::ranges::any_of(
      one.weights, [&](const std::string& weights) { return other.weights.contains(weights); });
}

/// Of any two trainings, one in half and one in FP32.
std::string differences_of(const TrainingRecords& half, const TrainingRecords& single) {
  for (const auto& [seed, record] : half) {
    for (const auto& [other_seed, other] : single) {
      auto difference = other_than_arithmetic(record, other);
      if (!difference.empty()) return difference;
    }
  }
  return "";
}

/// Two seeds that are one training by their losses; "" when all differ.
std::string repeated_losses(const std::vector<Training>& trainings) {
  for (std::size_t i = 1; i < trainings.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (!has_losses_of(trainings[i].record, trainings[j].record)) continue;
      return fmt::format("{} and {} began and ended with the same losses: that is one training",
                         seed_text(trainings[j].seed), seed_text(trainings[i].seed));
    }
  }
  return "";
}

}  // namespace

std::vector<Training> read_trainings(const ClaimContext& context, const std::string& precision) {
  std::vector<Training> trainings;
  const ExpectedTraining expected = expected_training(context, precision);
  for (const auto& result : context.results) {
    const bool fits =
        result.row == context.row.id && result.stage == "train" && result.precision == precision;
    if (fits) trainings.push_back(read_training(context, result, expected));
  }
  return trainings;
}

std::optional<Finding> account_for(const std::vector<Training>& trainings,
                                   const std::string& precision, Schedule schedule) {
  const auto has = [&](RunStatus status) {
    return [status](const Training& training) { return training.status == status; };
  };
  const auto& all = trainings;
  if (std::all_of(all.begin(), all.end(), has(RunStatus::kSkipped))) {
    const std::string& reason = all.front().reason;
    return skipped(reason.empty() ? "skipped without a reason" : reason, missing_resource(reason));
  }
  if (!std::all_of(all.begin(), all.end(), has(RunStatus::kOk))) {
    return fail_unmeasured(losses_text(trainings, precision));
  }
  for (const auto& training : trainings) {
    if (training.record.steps > 0) continue;
    return fail_unmeasured(seed_text(training.seed) + ": no step was trained");
  }
  if (auto mixed = account_for_recipe(trainings)) return mixed;
  if (auto repeated = repeated_weights(trainings); !repeated.empty()) {
    return fail_unmeasured(repeated);
  }
  if (auto repeated = repeated_losses(trainings); !repeated.empty()) {
    return fail_unmeasured(repeated);
  }
  if (schedule == Schedule::kAny) return std::nullopt;
  if (auto diverged = account_for_divergence(trainings)) return diverged;
  return account_for_schedule(trainings);
}

std::string repeated_weights(const std::vector<Training>& trainings) {
  std::map<std::string, std::int64_t> seen;
  for (const auto& training : trainings) {
    if (training.weights.empty()) continue;
    const auto [first, is_new] = seen.emplace(training.weights, training.seed);
    if (is_new) continue;
    return fmt::format("{} and {} ended with the same weights: that is one training",
                       seed_text(first->second), seed_text(training.seed));
  }
  return "";
}

Finding judge_trainings(const ClaimContext& context, const std::string& precision,
                        Schedule schedule,
                        const std::function<Finding(const TrainingRecords&)>& rule) {
  return judge_accounted(accounted_trainings(context, precision, schedule), precision,
                         [&](const TrainingRecords& records) {
                           const std::string mixture = mixed_settings(context, {precision});
                           return mixture.empty() ? rule(records) : fail_unmeasured(mixture);
                         });
}

Finding judge_both_trainings(
    const ClaimContext& context, const std::string& precision, Schedule schedule,
    const std::function<Finding(const TrainingRecords&, const TrainingRecords&)>& rule) {
  const auto single = accounted_trainings(context, "fp32", schedule);
  const auto half = accounted_trainings(context, precision, schedule);
  return judge_accounted(half, precision, [&](const TrainingRecords& records) {
    if (single.absence) return *single.absence;
    if (const auto mixture = mixed_settings(context, {precision, "fp32"}); !mixture.empty()) {
      return fail_unmeasured(mixture);
    }
    if (share_weights(half, single)) {
      return fail_unmeasured("a training in half ended with the weights of FP32");
    }
    if (const auto other = differences_of(records, single.records); !other.empty()) {
      return fail_unmeasured(other);
    }
    return rule(records, single.records);
  });
}

bool is_coming_down(const TrainingRecord& record) {
  const auto type = find_scaler_type(record.scaler);
  return type && is_dynamic(*type) && !record.is_whole() && record.skipped == record.steps &&
         std::ssize(record.scale.changes) >= record.steps - 1 && record.scale.last > 1.0 &&
         record.scale.last <= record.scale.first;
}

std::string ruin_of(const TrainingRecord& record) {
  std::vector<std::string> ruins;
  if (record.skipped >= record.steps && !is_coming_down(record)) {
    ruins.emplace_back("every step was skipped");
  } else if (record.scaler == to_string(ScalerType::kStatic) && record.skipped > record.steps / 2) {
    // A scale that moves comes down to one that fits; a static one that does not fit never will.
    ruins.push_back(fmt::format("{} of {} were skipped by a static scale",
                                count_text(record.skipped), plural(record.steps, "step")));
  }
  const GradientsRecord& gradients = record.gradients;
  const auto policy = find_policy(record.policy);
  const bool is_narrow = policy && facts(*policy).compute == ElementType::kFloat16;
  const std::int64_t lost = gradients.zeros + (is_narrow ? gradients.half_subnormals : 0);
  if (gradients.looked_at > 0 && lost >= gradients.looked_at) {
    ruins.push_back(fmt::format("all {} gradients that were looked at are 0{}",
                                count_text(gradients.looked_at),
                                is_narrow ? " or subnormal in half" : ""));
  }
  if (record.is_whole() && record.steps >= kEnoughToLearn &&
      record.loss.last >= record.loss.first) {
    ruins.push_back(fmt::format("its loss went from {} to {}", short_text(record.loss.first),
                                short_text(record.loss.last)));
  }
  if (record.non_finite_weights > 0) {
    ruins.push_back(plural(record.non_finite_weights, "weight") +
                    " of the trained model not finite");
  }
  return fmt::format("{}", fmt::join(ruins, ", "));
}

std::optional<Finding> missing_miou(const TrainingRecords& records) {
  std::string text;
  for (const auto& [seed, record] : records) {
    if (std::isfinite(record.miou)) continue;
    text += (text.empty() ? "" : ", ") + seed_text(seed);
  }
  if (text.empty()) return std::nullopt;
  return fail_unmeasured(text + " ended without an mIoU");
}

Finding ambiguous(Json measured, std::string reason) {
  Finding finding = pass_or_fail(true, std::move(measured), std::move(reason));
  finding.verdict = Verdict::kAmbiguous;
  return finding;
}

Json recipe_value(const Row& row, const char* key) {
  return row.recipe.is_object() ? row.recipe.value(key, Json()) : Json();
}

std::string other_recipe(const std::string& scaler, std::int64_t batch,
                         const std::string& precision, const Row& row) {
  const auto expected = to_string(scaler_of(precision, row));
  if (scaler != expected) {
    return fmt::format("expected the scaler {}, it trained by {}", expected, scaler);
  }
  const Json size = recipe_value(row, "batch");
  if (size.is_null() || size == batch) return "";
  return fmt::format("expected batches of {} by the row's recipe, it trained by {}", size.dump(),
                     batch);
}

std::string departures_text(const std::vector<std::string>& departures) {
  return departures.empty() ? "" : fmt::format("; with {}", fmt::join(departures, ", "));
}

std::string seed_text(std::int64_t seed) {
  return fmt::format("seed {}", seed);
}

}  // namespace harness
