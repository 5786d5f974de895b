#include "harness/judge/lockstep_lanes.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string_view>

#include <fmt/format.h>

#include "harness/arithmetic/policy.h"
#include "harness/base/number_text.h"
#include "harness/judge/counts.h"
#include "harness/judge/lockstep_parts.h"

namespace harness {
namespace {

/// Sums of squares in double: relative errors are far smaller.
constexpr double kRoundings = 1e-6;
constexpr int kFirstRoundings = 10;  ///< As a power of 2.
constexpr double kStorage = 4.0;

struct LaneFacts {
  std::string_view name;
  double LockstepDistance::*distance;
  double LockstepLosses::*loss;
  bool is_half;
};

constexpr std::array<LaneFacts, 4> kLanes{
    {{"policy", &LockstepDistance::policy, &LockstepLosses::policy, true},
     {"twin", &LockstepDistance::twin, &LockstepLosses::twin, true},
     {"fp32", &LockstepDistance::fp32, &LockstepLosses::fp32, false},
     {"fp32_twin", &LockstepDistance::fp32_twin, &LockstepLosses::fp32_twin, false}}};

/// The most by which a training can differ from FP64 after the steps so far.
struct Reach {
  double momentum = 0.0;
  double weights = 0.0;  ///< Before they are stored.
};

/// Follows one training by the triangle inequality. "" for a step that has no numbers: what is
/// missing is found by the claim.
std::string follow(const LockstepStep& step, const LaneFacts& lane, Reach& reach) {
  const double gradient = step.distance.gradient.*lane.distance;
  const double weights = step.distance.weights.*lane.distance;
  const double stored = step.distance.update.*lane.distance;
  if (!std::isfinite(gradient + weights + stored)) {
    reach.momentum = reach.weights = std::numeric_limits<double>::infinity();
    return "";
  }
  const double least =
      step.lr * std::max(0.0, gradient - reach.momentum - reach.weights) - reach.weights;
  const double momentum = reach.momentum + gradient + reach.weights;
  const double most = reach.weights + step.lr * momentum;
  const bool can_be = weights + stored >= least * (1.0 - kRoundings) &&
                      weights - stored <= most * (1.0 + kRoundings);
  if (!can_be) {
    return fmt::format(
        "step {}: {}'s weights lie {} from FP64's; its gradients at the learning rate {} lead them "
        "{} to {} away, and storing them {}",
        step.step, lane.name, short_text(weights), short_text(step.lr),
        short_text(std::max(least, 0.0)), short_text(most), short_text(stored));
  }
  const double before = reach.weights;
  reach.weights = std::min(most, weights + stored);
  reach.momentum = std::min(momentum, (reach.weights + before) / step.lr);
  return "";
}

/// The same number, or neither is one.
bool is_same_distance(const LockstepDistance& a, const LockstepDistance& b) {
  return is_same_number(a.norm, b.norm) && is_same_number(a.worst.ratio, b.worst.ratio) &&
         std::ranges::all_of(kLanes, [&](const LaneFacts& lane) {
           return is_same_number(a.*lane.distance, b.*lane.distance);
         });
}

/// Where no step was made before, all weights are the initial ones.
std::string held_defect(const LockstepStep& step, const LockstepDistances& before) {
  if (is_same_distance(step.distance.weights, before.weights) &&
      is_same_distance(step.distance.update, before.update)) {
    return "";
  }
  return fmt::format("step {} was skipped, and yet weights moved", step.step);
}

std::string worst_defect(const LockstepStep& step, double unit_roundoff) {
  for (const auto& [name, member] : kLockstepParts) {
    const LockstepDistance& part = step.distance.*member;
    const double least = part.policy / (part.twin + unit_roundoff * part.norm);
    if (!std::isfinite(least) || !std::isfinite(part.worst.ratio) ||
        part.worst.ratio >= least * (1.0 - kRoundings)) {
      continue;
    }
    return fmt::format(
        "step {}: all tensors of the {} together are {} of the yardstick, the worst "
        "of them {}",
        step.step, name, short_text(least), short_text(part.worst.ratio));
  }
  return "";
}

/// Which two trainings are one, "" when none are.
std::string one_lane_twice(const LockstepStep& step) {
  for (const auto& lane : kLanes) {
    if (step.loss.*lane.loss == step.loss.fp64) {
      return fmt::format("step {}: {} has FP64's loss", step.step, lane.name);
    }
  }
  for (const auto& [name, member] : kLockstepParts) {
    const LockstepDistance& part = step.distance.*member;
    for (std::size_t i = 1; i < kLanes.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        if (part.*kLanes[i].distance != part.*kLanes[j].distance) continue;
        return fmt::format("step {}: {} and {} have one distance of the {}", step.step,
                           kLanes[j].name, kLanes[i].name, name);
      }
    }
  }
  return "";
}

/// Which training computed in more digits than it has, "" when none did.
std::string digits_defect(const LockstepStep& step, std::int64_t half_digits) {
  const LockstepDistance& gradient = step.distance.gradient;
  if (!(gradient.norm > 0.0)) return fmt::format("step {}: FP64 has no gradient", step.step);
  for (const auto& lane : kLanes) {
    const auto digits =
        lane.is_half ? half_digits : static_cast<std::int64_t>(significant_digits(Policy::kFp32));
    const double least =
        std::ldexp(gradient.norm, -static_cast<int>(std::clamp<std::int64_t>(digits, 0, 64)) - 2);
    const double seen = gradient.*lane.distance;
    if (std::isnan(seen) || seen >= least) continue;
    return fmt::format("step {}: {}'s gradient is {} from FP64's, {} leave at least {}", step.step,
                       lane.name, short_text(seen), plural(digits, "digit"), short_text(least));
  }
  return "";
}

/// Which training's loss is not that of the weights that all begin with, "" when none is.
std::string first_loss_defect(const LockstepStep& step, std::int64_t half_digits) {
  if (step.step != 0) return "";
  for (const auto& lane : kLanes) {
    const auto digits =
        lane.is_half ? half_digits : static_cast<std::int64_t>(significant_digits(Policy::kFp32));
    const double most = std::ldexp(std::abs(step.loss.fp64),
                                   kFirstRoundings - static_cast<int>(std::min<std::int64_t>(
                                                         std::max<std::int64_t>(digits, 0), 64)));
    const double seen = step.loss.*lane.loss;
    if (!(std::abs(seen - step.loss.fp64) > most)) continue;
    return fmt::format("{} begins with a loss of {}, FP64 with {}", lane.name, short_text(seen, 8),
                       short_text(step.loss.fp64, 8));
  }
  return "";
}

/// Which training stores its weights otherwise than another one, "" when all are alike.
std::string storage_defect(const LockstepStep& step) {
  const LockstepDistance& update = step.distance.update;
  for (const auto& lane : kLanes) {
    for (const auto& other : kLanes) {
      if (!(update.*lane.distance > kStorage * update.*other.distance)) continue;
      return fmt::format("step {}: storing {}'s weights leads them {} away, and {}'s {}", step.step,
                         lane.name, short_text(update.*lane.distance), other.name,
                         short_text(update.*other.distance));
    }
  }
  return "";
}

std::string made_defect(const LockstepStep& step, const LockstepRecord& record,
                        std::array<Reach, kLanes.size()>& reaches) {
  if (auto defect = digits_defect(step, record.digits); !defect.empty()) return defect;
  if (auto defect = one_lane_twice(step); !defect.empty()) return defect;
  for (std::size_t i = 0; i < kLanes.size(); ++i) {
    if (auto defect = follow(step, kLanes[i], reaches[i]); !defect.empty()) return defect;
  }
  if (auto defect = first_loss_defect(step, record.digits); !defect.empty()) return defect;
  return storage_defect(step);
}

}  // namespace

std::string lane_defect(const LockstepRecord& record) {
  const double unit_roundoff =
      std::ldexp(1.0, -static_cast<int>(std::clamp<std::int64_t>(record.digits, 0, 64)));
  const LockstepDistance at_first{0.0, 0.0, 0.0, 0.0, 0.0, {"", 0.0}};
  LockstepDistances before;
  before.weights = before.update = at_first;
  std::array<Reach, kLanes.size()> reaches{};
  for (const auto& step : record.series) {
    if (!is_same_number(step.distance.weights.norm, step.distance.update.norm)) {
      return fmt::format("step {}: FP64's weights moved by {} and by {}", step.step,
                         short_text(step.distance.weights.norm),
                         short_text(step.distance.update.norm));
    }
    auto defect = worst_defect(step, unit_roundoff);
    if (defect.empty()) {
      defect = step.skipped ? held_defect(step, before) : made_defect(step, record, reaches);
    }
    if (!defect.empty()) return defect;
    before = step.distance;
  }
  return "";
}

}  // namespace harness
