#include "harness/judge/rules/retrained/lockstep_recipe.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "harness/base/number_text.h"
#include "harness/judge/lockstep_parts.h"
#include "harness/judge/rules/retrained/scale_replay.h"

namespace harness {
namespace {

/// Of two ways to compute one power in double.
constexpr double kRoundings = 1e-9;

bool is_about(double value, double expected) {
  return std::abs(value - expected) <= kRoundings * std::abs(expected);
}

std::string other_length(const RunResult& result, const LockstepRecord& record,
                         const ExpectedTraining& expected) {
  const auto asked = asked_iterations(result.argv);
  const auto schedule = [&](std::int64_t steps) {
    return expected.states_iterations ? std::min(steps, expected.iterations) : steps;
  };
  if (asked) {
    if (record.steps == schedule(*asked)) return "";
    return fmt::format("expected {}, it made {}", plural(schedule(*asked), "step"), record.steps);
  }
  const auto& series = record.series;
  const auto made = std::ranges::count_if(series, [](const auto& step) { return !step.skipped; });
  const std::int64_t most = schedule(kLockstepSteps + steps_to_come_down(expected.scaler));
  const bool has_enough = made == kLockstepSteps && record.steps <= most && !series.back().skipped;
  if (has_enough || (made < kLockstepSteps && record.steps == most)) return "";
  return fmt::format("expected {} that were not skipped, or {} in all; it made {}, {} not skipped",
                     plural(kLockstepSteps, "step"), most, record.steps, made);
}

std::string other_rate(const LockstepRecord& record, const ExpectedTraining& expected) {
  for (const auto& step : record.series) {
    const double lr = expected.lr_at(step.step);
    if (is_about(step.lr, lr)) continue;
    return fmt::format("expected the learning rate {} of the row's recipe in step {}, found {}",
                       short_text(lr, 8), step.step, short_text(step.lr, 8));
  }
  return "";
}

std::string other_skips(const LockstepRecord& record, const ExpectedTraining& expected) {
  if (expected.skips_overflows) return "";
  for (const auto& step : record.series) {
    if (!step.skipped) continue;
    return fmt::format("step {} was skipped by a scaler that does not look for overflows",
                       step.step);
  }
  return "";
}

std::string other_model(const LockstepRecord& record, const ExpectedTraining& expected) {
  if (expected.parameters == 0 || record.series.empty()) return "";
  const std::int64_t elements = record.series.front().gradients.looked_at;
  if (elements == expected.parameters) return "";
  return fmt::format("expected the gradients of the {} of the row's checkpoint, it has {}",
                     plural(expected.parameters, "parameter"), elements);
}

std::string other_tensor(const LockstepRecord& record, const ExpectedTraining& expected) {
  if (expected.trained.empty()) return "";
  for (const auto& step : record.series) {
    for (const auto& [part, member] : kLockstepParts) {
      const auto& tensors = part == "statistics" ? expected.statistics : expected.trained;
      const std::string& worst = (step.distance.*member).worst.tensor;
      if (tensors.contains(worst)) continue;
      return fmt::format(
          "step {}: the worst tensor of the {} is \"{}\", which the row's checkpoint does not have "
          "among them",
          step.step, part, worst);
    }
  }
  return "";
}

std::string other_loss(const LockstepRecord& record, const ExpectedTraining& expected) {
  constexpr double kMostOfChance = 100.0;
  for (const auto& step : record.series) {
    const double loss = step.loss.fp64;
    const bool is_first = step.step == 0;
    const bool can_be =
        is_first ? expected.can_begin_with(loss)
                 : !(expected.chance_loss > 0.0) || !(loss > kMostOfChance * expected.chance_loss);
    if (can_be && !(loss <= 0.0)) continue;
    return fmt::format("FP64's loss is {} in step {}, a drawn network has about {}",
                       short_text(loss), step.step, short_text(expected.chance_loss));
  }
  return "";
}

}  // namespace

std::string other_lockstep(const RunResult& result, const LockstepRecord& record,
                           const ExpectedTraining& expected) {
  for (const auto& difference :
       {other_length(result, record, expected), other_rate(record, expected),
        other_skips(record, expected), scale_difference(record.series, expected.scaler),
        other_model(record, expected), other_tensor(record, expected),
        other_loss(record, expected)}) {
    if (!difference.empty()) return difference;
  }
  return "";
}

}  // namespace harness
