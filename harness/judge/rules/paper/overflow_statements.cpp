#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>

#include "harness/arithmetic/scaler.h"
#include "harness/base/measurement.h"
#include "harness/base/number_text.h"
#include "harness/judge/rules/paper/paper_statement.h"

namespace harness {
namespace {

/// The two runs with a dynamic scale have the names of their scalers.
const std::string_view kMmcvRun = to_string(ScalerType::kMmcvDynamic);
const std::string_view kTorchRun = to_string(ScalerType::kGradScaler);

/// Steps of a trace whose loss is not a number, from `first` on; -1 when the trace is not one.
std::int64_t broken_losses(const Json& run, std::int64_t first) {
  const Json* trace = find_at(run, {"trace"});
  if (trace == nullptr || !trace->is_array() || trace->empty()) return -1;
  std::int64_t broken = 0;
  for (std::size_t i = 0; i < trace->size(); ++i) {
    const bool is_broken = !number_at(trace->at(i), {"loss"});
    if (static_cast<std::int64_t>(i) >= first && is_broken) ++broken;
  }
  return broken;
}

/// The batches are taken in turn: so many steps see all of them.
constexpr std::int64_t kCycle = 4;

/// Over a whole turn of the batches; NaN where a loss is none or the trace too short.
double mean_loss(const Json& trace, std::int64_t first) {
  double sum = 0.0;
  for (std::int64_t i = first; i < first + kCycle; ++i) {
    const auto at = static_cast<std::size_t>(i);
    sum += i >= 0 && at < trace.size() ? must(trace.at(at), {"loss"}) : std::nan("");
  }
  return sum / static_cast<double>(kCycle);
}

Finding judge_overflows(const Json& measured) {
  std::string text;
  std::int64_t least = std::numeric_limits<std::int64_t>::max();
  for (const auto name :
       {kMmcvRun, kTorchRun, std::string_view("unguarded"), std::string_view("guarded")}) {
    const auto overflows = count_at(measured, {"runs", name, "overflows"});
    if (!overflows) return no_number("steps of a run");
    least = std::min(least, *overflows);
    text.append(text.empty() ? "" : ", ").append(name).append(" ").append(count_text(*overflows));
  }
  return with_bound(compared(least > 0, least, "steps with infinite gradients: " + text), "min",
                    1.0, "every run with that scale overflows");
}

Finding judge_recovery(const Json& measured) {
  constexpr std::int64_t kClean = 5;
  bool pass = true;
  std::string text;
  double last_scale = std::nan("");
  for (const auto name : {kMmcvRun, kTorchRun}) {
    const Json* run = find_at(measured, {"runs", name});
    if (run == nullptr || broken_losses(*run, 0) < 0) return no_number("steps of a run");
    const Json& trace = run->at("trace");
    const auto steps = static_cast<std::int64_t>(trace.size());
    const auto skipped = count_at(*run, {"skipped"}).value_or(0);
    const auto clean = steps - 1 - count_at(*run, {"last_skipped"}).value_or(steps - 1);
    const double first = mean_loss(trace, 0), last = mean_loss(trace, steps - kCycle);
    last_scale = must(trace.back(), {"scale"});
    pass = pass && skipped > 0 && clean >= kClean && count_at(*run, {"ruined"}) == 0 &&
           broken_losses(*run, 0) == 0 && last < first &&
           last_scale < must(trace.front(), {"scale"});
    text.append(text.empty() ? "" : "; ").append(name).append(": ");
    text.append(plural(skipped, "step")).append(" skipped, the last ");
    text.append(plural(clean, "step")).append(" clean");
    text.append(" at ").append(short_text(last_scale)).append(", loss ").append(short_text(first));
    text.append(" to ").append(short_text(last));
  }
  return with_bound(compared(pass, last_scale, text), "min_clean_steps", kClean,
                    "the scale must have stopped falling and the loss fallen");
}

Finding judge_unguarded(const Json& measured) {
  const Json* run = find_at(measured, {"runs", "unguarded"});
  const auto first = run == nullptr ? std::nullopt : count_at(*run, {"first_ruined"});
  const auto ruined = run == nullptr ? std::nullopt : count_at(*run, {"ruined"});
  const auto steps = run == nullptr ? std::nullopt : count_at(*run, {"steps"});
  if (!ruined || !steps || *steps == 0) return no_number("steps of the unguarded run");
  if (!first) return compared(false, *ruined, "no master weight was ruined");
  const auto broken = broken_losses(*run, *first + 1);
  const auto after = *steps - *first - 1;
  return compared(
      *ruined > 0 && after > 0 && broken == after, *ruined,
      count_text(*ruined) + " of " + count_text(count_at(*run, {"weights"}).value_or(0)) +
          " masters are not finite at the end; the first after step " + count_text(*first) + "; " +
          count_text(broken) + " of the " + count_text(after) + " later losses are not numbers");
}

Finding judge_guarded(const Json& measured) {
  const auto ruined = count_at(measured, {"runs", "guarded", "ruined"});
  const auto skipped = count_at(measured, {"runs", "guarded", "skipped"});
  const auto steps = count_at(measured, {"runs", "guarded", "steps"});
  if (!ruined || !skipped || !steps || *steps == 0) return no_number("steps of the guarded run");
  return compared(*ruined == 0 && *skipped > 0, *ruined,
                  count_text(*skipped) + " of " + plural(*steps, "step") +
                      " skipped under the same scale, " + count_text(*ruined) +
                      " masters not finite");
}

Finding judge_own_scale(const Json& measured) {
  const Json* run = find_at(measured, {"runs", "row"});
  const auto overflows = run == nullptr ? std::nullopt : count_at(*run, {"overflows"});
  const auto ruined = run == nullptr ? std::nullopt : count_at(*run, {"ruined"});
  if (!overflows || !ruined) return no_number("steps with the row's scale");
  return compared(*overflows == 0 && *ruined == 0 && broken_losses(*run, 0) == 0, *overflows,
                  count_text(*overflows) + " overflows with the row's own scale and no check");
}

constexpr auto kOverflow = std::to_array<PaperStatement>({
    {"too-large-scale", "3.2", "a scale that is too large overflows", "steps", judge_overflows},
    {"dynamic-recovers", "5", "a dynamic scale skips, falls and trains on", "", judge_recovery},
    {"unguarded-ruins", "3.2", "an overflow that is not looked for damages the weights", "weights",
     judge_unguarded},
    {"check-protects", "3.2", "control: skipped updates leave the masters whole", "weights",
     judge_guarded},
    {"own-scale-holds", "3.2", "control: the row's own scale does not overflow", "steps",
     judge_own_scale},
});

}  // namespace

std::span<const PaperStatement> overflow_statements() {
  return kOverflow;
}

}  // namespace harness
