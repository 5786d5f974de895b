#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "harness/base/number_text.h"
#include "harness/judge/rules/paper/paper_statement.h"

namespace harness {
namespace {

/// All positive normal halves: 30 binades of 1024.
constexpr std::int64_t kNormalHalves = 30 * 1024;
/// Masters gather what single updates lose: that takes more than one.
constexpr std::int64_t kFewestSteps = 2;

LostUpdates sum(const LostUpdates& a, const LostUpdates& b) {
  return {a.updates + b.updates, a.lost + b.lost};
}

bool is_count(const LostUpdates& count) {
  return 0 <= count.lost && count.lost <= count.updates;
}

/// A loss that is not finite moves weights to NaN, which looks like a movement.
bool trained(const MasterWeightsPhase& phase) {
  const bool finite = std::all_of(phase.losses.begin(), phase.losses.end(),
                                  [](double loss) { return std::isfinite(loss); });
  return finite && phase.steps >= kFewestSteps &&
         phase.losses.size() == static_cast<std::size_t>(phase.steps);
}

Finding judge_ratio(const MasterWeightsRecord& record) {
  const UpdateCensus& census = record.constructed;
  if (!std::isfinite(census.smallest_lost_ratio) || census.cases <= 0) {
    return no_number("the census of updates");
  }
  const bool complete = census.weights == kNormalHalves && census.cases == 2 * kNormalHalves &&
                        census.even_weights == kNormalHalves;
  const bool exact =
      census.below_moved == 0 && census.above_lost == 0 && census.ties_lost == census.even_weights;
  const bool bounded = census.smallest_lost_ratio == 2048.0 &&
                       census.largest_moving_ratio >= 2048.0 &&
                       census.largest_moving_ratio < 4096.0;
  return with_bound(
      pass_or_fail(
          complete && exact && bounded, census.smallest_lost_ratio,
          fmt::format("over {} cases, all normal halves in both directions: every update below "
                      "half the distance to the next half is lost, none above; ties stay at even "
                      "weights; the largest ratio that still moves a weight is {}",
                      count_text(census.cases), short_text(census.largest_moving_ratio, 7))),
      "abs", 0.0, "exact arithmetic");
}

Finding judge_boundary(const MasterWeightsRecord& record) {
  const LostUpdates small = sum(record.start.below_2048, record.published.below_2048);
  const LostUpdates large = sum(record.start.above_4096, record.published.above_4096);
  const bool counted = is_count(record.start.below_2048) && is_count(record.published.below_2048) &&
                       is_count(record.start.above_4096) && is_count(record.published.above_4096);
  if (!counted || small.updates == 0 || large.updates == 0) {
    return no_number("updates on both sides of the boundary");
  }
  const auto moved = large.updates - large.lost;
  const auto against = small.lost + moved;
  return with_bound(
      pass_or_fail(
          against == 0, against,
          fmt::format(
              "of {} updates with a ratio below 2048 {} were lost, of {} from 4096 on {} moved",
              count_text(small.updates), count_text(small.lost), count_text(large.updates),
              count_text(moved))),
      "abs", 0.0, "exact arithmetic");
}

Finding judge_vanishing(const MasterWeightsRecord& record) {
  const double late = share_of(record.published.all_steps.lost, record.published.all_steps.updates);
  const double early = share_of(record.start.all_steps.lost, record.start.all_steps.updates);
  if (!std::isfinite(late) || !std::isfinite(early)) return no_number("updates of half weights");
  return with_bound(
      pass_or_fail(late >= kNoticeableShare, 100.0 * late,
                   fmt::format("{} of the updates left their half weight where it was, at the "
                               "learning rate of the last tenth; {} at the start's",
                               percent(late), percent(early))),
      "min", 100.0 * kNoticeableShare, kNoticeableReason);
}

Finding judge_standing_still(const MasterWeightsRecord& record) {
  const WeightsAfter& after = record.published.after;
  const double share = share_of(after.stuck, after.drifted);
  if (!std::isfinite(share)) return no_number("masters that moved by a unit in the last place");
  if (!trained(record.published)) return no_number("several steps with a finite loss");
  return with_bound(pass_or_fail(share >= kNoticeableShare, 100.0 * share,
                                 fmt::format("{} of the {} weights that left their half in {} with "
                                             "masters never moved without them",
                                             percent(share), count_text(after.drifted),
                                             plural(record.published.steps, "step"))),
                    "min", 100.0 * kNoticeableShare, kNoticeableReason);
}

Finding judge_masters_moving(const MasterWeightsRecord& record) {
  constexpr double kLeast = 0.95;
  const auto updates = record.start.masters.updates + record.published.masters.updates;
  double worst = 1.0;
  for (const auto* phase : {&record.start, &record.published}) {
    const double share = share_of(phase->masters.moved, phase->masters.updates);
    if (!std::isfinite(share)) return no_number("updates of masters");
    if (!trained(*phase)) return no_number("several steps with a finite loss");
    worst = std::min(worst, share);
  }
  return with_bound(
      pass_or_fail(worst >= kLeast, 100.0 * worst,
                   fmt::format("of {} updates at least {} moved their FP32 master in each phase",
                               count_text(updates), percent(worst))),
      "min", 100.0 * kLeast,
      "FP32 loses an update only below 2^-24 of its weight, or where it is 0");
}

constexpr auto kMasterWeights = std::to_array<PaperRule<MasterWeightsRecord>>({
    {{"ratio", "3.1", "an update 2048 times smaller than its weight may vanish", ""}, judge_ratio},
    {{"boundary", "3.1", "updates of a training obey that boundary", "updates"}, judge_boundary},
    {{"updates-vanish", "3.1", "without masters, updates vanish", "%"}, judge_vanishing},
    {{"half-stands-still", "3.1", "masters gather what half weights lose", "%"},
     judge_standing_still},
    {{"masters-move", "3.1", "control: FP32 masters move", "%"}, judge_masters_moving},
});

}  // namespace

std::span<const PaperRule<MasterWeightsRecord>> master_weights_statements() {
  return kMasterWeights;
}

}  // namespace harness
