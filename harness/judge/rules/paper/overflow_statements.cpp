#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "harness/base/number_text.h"
#include "harness/judge/rules/paper/paper_statement.h"

namespace harness {
namespace {

/// Steps from `first` on whose loss is not finite.
std::int64_t broken_losses(const ScaledTraining& run, std::int64_t first = 0) {
  const auto begin = std::min<std::int64_t>(first, std::ssize(run.trace));
  return std::count_if(run.trace.begin() + begin, run.trace.end(),
                       [](const ScaledStep& step) { return !std::isfinite(step.loss); });
}

/// Whether the counts of a run can be those of its trace.
bool is_whole(const ScaledTraining& run) {
  const auto fits = [&](std::int64_t count, std::int64_t most) {
    return 0 <= count && count <= most;
  };
  const bool scaled = std::all_of(run.trace.begin(), run.trace.end(), [](const ScaledStep& step) {
    return std::isfinite(step.scale) && step.scale > 0.0;
  });
  return scaled && run.steps > 0 && run.steps == std::ssize(run.trace) &&
         fits(run.overflows, run.steps) && fits(run.skipped, run.steps) && run.weights > 0 &&
         fits(run.ruined, run.weights) && fits(run.last_skipped.value_or(0), run.steps - 1) &&
         fits(run.first_ruined.value_or(0), run.steps - 1) &&
         run.last_skipped.has_value() == (run.skipped > 0);
}

/// The mean over one turn of the batches, which the trace must hold; NaN where a loss is not
/// finite.
double mean_loss(const ScaledTraining& run, std::int64_t first, std::int64_t batches) {
  double sum = 0.0;
  for (std::int64_t i = first; i < first + batches; ++i) {
    sum += run.trace[static_cast<std::size_t>(i)].loss;
  }
  return sum / static_cast<double>(batches);
}

std::array<std::pair<const char*, const ScaledTraining*>, 2> dynamic_runs(
    const OverflowRecord& record) {
  return {{{"mmcv-dynamic", &record.mmcv_dynamic}, {"grad-scaler", &record.grad_scaler}}};
}

Finding judge_overflows(const OverflowRecord& record) {
  std::string text;
  std::int64_t least = std::numeric_limits<std::int64_t>::max();
  for (const auto& [name, run] :
       {std::pair("mmcv-dynamic", &record.mmcv_dynamic),
        std::pair("grad-scaler", &record.grad_scaler), std::pair("unguarded", &record.unguarded),
        std::pair("guarded", &record.guarded)}) {
    if (!is_whole(*run)) return no_number("steps of a run");
    least = std::min(least, run->overflows);
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name, count_text(run->overflows));
  }
  return with_bound(pass_or_fail(least > 0, least, "steps with infinite gradients: " + text), "min",
                    1.0, "every run with that scale overflows");
}

/// Whether a dynamic scale recovered from its overflow, and how, in words.
struct Recovery {
  bool seen = false;
  std::string text;
};

constexpr std::int64_t kCleanSteps = 5;

Recovery recovery_of(const ScaledTraining& run, std::int64_t batches) {
  const auto clean = run.steps - 1 - run.last_skipped.value_or(-1);
  const double first = mean_loss(run, 0, batches);
  const double last = mean_loss(run, run.steps - batches, batches);
  const double scale = run.trace.back().scale;
  const bool fell = scale < run.trace.front().scale && last < first;
  const bool trained =
      run.skipped > 0 && clean >= kCleanSteps && run.ruined == 0 && broken_losses(run) == 0;
  return {fell && trained, fmt::format("{} skipped, the last {} clean at {}, loss {} to {}",
                                       plural(run.skipped, "step"), plural(clean, "step"),
                                       short_text(scale), short_text(first), short_text(last))};
}

Finding judge_recovery(const OverflowRecord& record) {
  bool pass = true;
  std::string text;
  double last_scale = std::nan("");
  for (const auto& [name, run] : dynamic_runs(record)) {
    // The first and the last turn of the batches are compared, and they may not overlap.
    const bool enough = record.batches > 0 && run->steps >= 2 * record.batches;
    if (!is_whole(*run) || !enough) return no_number("two turns of the batches in a run");
    const Recovery recovery = recovery_of(*run, record.batches);
    pass = pass && recovery.seen;
    last_scale = run->trace.back().scale;
    text += fmt::format("{}{}: {}", text.empty() ? "" : "; ", name, recovery.text);
  }
  return with_bound(pass_or_fail(pass, last_scale, text), "min_clean_steps", kCleanSteps,
                    "the scale must have stopped falling and the loss fallen");
}

Finding judge_unguarded(const OverflowRecord& record) {
  const ScaledTraining& run = record.unguarded;
  if (!is_whole(run)) return no_number("steps of the unguarded run");
  if (!run.first_ruined) return pass_or_fail(false, run.ruined, "no master weight was ruined");
  const auto broken = broken_losses(run, *run.first_ruined + 1);
  const auto after = run.steps - *run.first_ruined - 1;
  const bool lost_at_once = after > 0 && broken == after && broken_losses(run) == after;
  return pass_or_fail(
      run.ruined > 0 && lost_at_once, run.ruined,
      fmt::format("{} of {} masters are not finite at the end; the first after step {}; {} of the "
                  "{} later losses are not numbers",
                  count_text(run.ruined), count_text(run.weights), count_text(*run.first_ruined),
                  count_text(broken), count_text(after)));
}

Finding judge_guarded(const OverflowRecord& record) {
  const ScaledTraining& run = record.guarded;
  if (!is_whole(run)) return no_number("steps of the guarded run");
  return pass_or_fail(
      run.ruined == 0 && run.skipped > 0 && broken_losses(run) == 0, run.ruined,
      fmt::format("{} of {} skipped under the same scale, {} masters not finite",
                  count_text(run.skipped), plural(run.steps, "step"), count_text(run.ruined)));
}

Finding judge_own_scale(const OverflowRecord& record) {
  const ScaledTraining& run = record.row;
  if (!is_whole(run)) return no_number("steps with the row's scale");
  return pass_or_fail(
      run.overflows == 0 && run.ruined == 0 && broken_losses(run) == 0, run.overflows,
      fmt::format("{} overflows with the row's own scale and no check, {} losses are not numbers",
                  count_text(run.overflows), count_text(broken_losses(run))));
}

constexpr auto kOverflow = std::to_array<PaperRule<OverflowRecord>>({
    {{"too-large-scale", "3.2", "a scale that is too large overflows", "steps"}, judge_overflows},
    {{"dynamic-recovers", "5", "a dynamic scale skips, falls and trains on", ""}, judge_recovery},
    {{"unguarded-ruins", "3.2", "an overflow that is not looked for damages the weights",
      "weights"},
     judge_unguarded},
    {{"check-protects", "3.2", "control: skipped updates leave the masters whole", "weights"},
     judge_guarded},
    {{"own-scale-holds", "3.2", "control: the row's own scale does not overflow", "steps"},
     judge_own_scale},
});

}  // namespace

std::span<const PaperRule<OverflowRecord>> overflow_statements() {
  return kOverflow;
}

}  // namespace harness
