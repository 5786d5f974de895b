#include <array>
#include <cmath>
#include <optional>

#include "harness/base/measurement.h"
#include "harness/base/number_text.h"
#include "harness/judge/rules/paper/paper_statement.h"

namespace harness {
namespace {

using Path = std::initializer_list<std::string_view>;

std::int64_t sum_of(const Json& value, std::string_view key, Path where) {
  std::int64_t sum = 0;
  for (const auto* phase : {"start", "published"}) {
    const Json* of_phase = find_at(value, {phase});
    const Json* part = of_phase == nullptr ? nullptr : find_at(*of_phase, where);
    const auto count = part == nullptr ? std::nullopt : count_at(*part, {key});
    if (!count) return -1;
    sum += *count;
  }
  return sum;
}

Finding judge_ratio(const Json& measured) {
  const Json* census = find_at(measured, {"constructed"});
  if (census == nullptr) return no_number("the census of updates");
  const double ratio = must(*census, {"smallest_lost_ratio"});
  const double moving = must(*census, {"largest_moving_ratio"});
  const auto cases = count_at(*census, {"cases"}).value_or(0);
  const auto ties = count_at(*census, {"ties_lost"});
  const bool exact = cases > 0 && count_at(*census, {"below_moved"}) == 0 &&
                     count_at(*census, {"above_lost"}) == 0 && ties &&
                     ties == count_at(*census, {"even_weights"});
  if (!std::isfinite(ratio) || cases == 0) return no_number("the census of updates");
  return with_bound(
      compared(exact && ratio == 2048.0 && moving < 4096.0, ratio,
               "over " + count_text(cases) +
                   " cases, all normal halves in both directions: every update below half the "
                   "distance to the next half is lost, none above; ties stay at even weights; the "
                   "largest ratio that still moves a weight is " +
                   short_text(moving, 7)),
      "abs", 0.0, "exact arithmetic");
}

Finding judge_boundary(const Json& measured) {
  const auto small = sum_of(measured, "updates", {"below_2048"});
  const auto small_lost = sum_of(measured, "lost", {"below_2048"});
  const auto large = sum_of(measured, "updates", {"above_4096"});
  const auto large_lost = sum_of(measured, "lost", {"above_4096"});
  if (small <= 0 || large <= 0) return no_number("updates on both sides of the boundary");
  const auto against = small_lost + (large - large_lost);
  return with_bound(compared(against == 0, against,
                             "of " + count_text(small) + " updates with a ratio below 2048 " +
                                 count_text(small_lost) + " were lost, of " + count_text(large) +
                                 " from 4096 on " + count_text(large - large_lost) + " moved"),
                    "abs", 0.0, "exact arithmetic");
}

Finding judge_vanishing(const Json& measured) {
  const double late = must(measured, {"published", "all_steps", "share"});
  const double early = must(measured, {"start", "all_steps", "share"});
  if (!std::isfinite(late)) return no_number("updates of half weights");
  return with_bound(
      compared(late >= kNoticeableShare, 100.0 * late,
               percent(late) + " of the updates left their half weight where it was, at the " +
                   "learning rate of the last tenth; " + percent(early) + " at the start's"),
      "min", 100.0 * kNoticeableShare, kNoticeableReason);
}

Finding judge_standing_still(const Json& measured) {
  const double share = must(measured, {"published", "after", "stuck_share"});
  const auto drifted = count_at(measured, {"published", "after", "drifted"}).value_or(0);
  const auto steps = count_at(measured, {"published", "steps"}).value_or(0);
  if (!std::isfinite(share)) return no_number("masters that moved by a unit in the last place");
  return with_bound(compared(share >= kNoticeableShare, 100.0 * share,
                             percent(share) + " of the " + count_text(drifted) +
                                 " weights that left their half " + "in " + plural(steps, "step") +
                                 " with masters never moved without them"),
                    "min", 100.0 * kNoticeableShare, kNoticeableReason);
}

Finding judge_masters_moving(const Json& measured) {
  const auto updates = sum_of(measured, "updates", {"masters"});
  const auto moved = sum_of(measured, "moved", {"masters"});
  if (updates <= 0) return no_number("updates of masters");
  constexpr double kLeast = 0.95;
  const double share = static_cast<double>(moved) / static_cast<double>(updates);
  return with_bound(
      compared(share >= kLeast, 100.0 * share,
               percent(share) + " of " + count_text(updates) + " updates moved their FP32 master"),
      "min", 100.0 * kLeast,
      "FP32 loses an update only below 2^-24 of its weight, or where it is 0");
}

constexpr auto kMasterWeights = std::to_array<PaperStatement>({
    {"ratio", "3.1", "an update 2048 times smaller than its weight may vanish", "", judge_ratio},
    {"boundary", "3.1", "updates of a training obey that boundary", "updates", judge_boundary},
    {"updates-vanish", "3.1", "without masters, updates vanish", "%", judge_vanishing},
    {"half-stands-still", "3.1", "masters gather what half weights lose", "%",
     judge_standing_still},
    {"masters-move", "3.1", "control: FP32 masters move", "%", judge_masters_moving},
});

}  // namespace

std::span<const PaperStatement> master_weights_statements() {
  return kMasterWeights;
}

}  // namespace harness
