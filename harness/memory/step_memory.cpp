#include "harness/memory/step_memory.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>

namespace harness {
namespace {

constexpr std::size_t kNever = std::numeric_limits<std::size_t>::max();

/// One allocation over its life, in positions of the list of events.
struct Life {
  std::int64_t bytes = 0;
  std::size_t begin = 0;     ///< The event that allocated it. Standing memory is there before.
  std::size_t end = kNever;  ///< The event that released it.
  StepPhase phase = StepPhase::kForward;
  std::string_view kind = {};
  bool is_workspace = false;
  std::int64_t StandingMemory::*part = nullptr;  ///< Set for standing memory.

  bool is_alive_at(std::size_t event) const {
    return (part != nullptr || begin <= event) && event < end;
  }
};

/// Follows the events and gives every allocation its life.
class Lives {
 public:
  explicit Lives(const StepAllocations& step) {
    for (const auto& [address, one] : step.standing) {
      alive_[address] = all_.size();
      all_.push_back({.bytes = one.bytes, .part = one.part});
    }
    calls_.resize(all_.size(), 0);
    for (std::size_t i = 0; i < step.events.size(); ++i) follow(step.events[i], i);
  }

  const std::vector<Life>& all() const { return all_; }

 private:
  void follow(const AllocationEvent& event, std::size_t position) {
    const auto known = alive_.find(event.address);
    if (known != alive_.end()) {
      Life& life = all_[known->second];
      // Also where its release was not reported: the address is another's now.
      life.end = position;
      const std::uint64_t call = calls_[known->second];
      const bool is_of_one_call = life.part == nullptr && call != 0 && call == event.call;
      life.is_workspace = life.is_workspace || is_of_one_call;
      alive_.erase(known);
    }
    if (event.bytes <= 0) return;
    alive_[event.address] = all_.size();
    all_.push_back({.bytes = event.bytes,
                    .begin = position,
                    .phase = event.phase,
                    .kind = event.kind,
                    .is_workspace = event.kind == "layout"});
    calls_.push_back(event.call);
  }

  std::vector<Life> all_;
  std::vector<std::uint64_t> calls_;
  std::map<std::uintptr_t, std::size_t> alive_;
};

/// The sums of bytes after each event: of all, and of those that are no workspaces.
struct Sums {
  std::vector<std::int64_t> all, tensors;
};

Sums sums_of(const std::vector<Life>& lives, std::size_t events) {
  Sums sums{std::vector<std::int64_t>(events), std::vector<std::int64_t>(events)};
  const auto add = [&](std::vector<std::int64_t>& line, const Life& life) {
    line[life.part != nullptr ? 0 : life.begin] += life.bytes;
    if (life.end != kNever) line[life.end] -= life.bytes;
  };
  for (const auto& life : lives) {
    add(sums.all, life);
    if (!life.is_workspace) add(sums.tensors, life);
  }
  for (std::size_t i = 1; i < events; ++i) {
    sums.all[i] += sums.all[i - 1];
    sums.tensors[i] += sums.tensors[i - 1];
  }
  return sums;
}

MemoryPeak peak_at(const std::vector<Life>& lives, const std::vector<AllocationEvent>& events,
                   std::size_t position, bool with_workspaces) {
  MemoryPeak peak;
  peak.phase = to_string(events[position].phase);
  for (const auto& life : lives) {
    if (!life.is_alive_at(position) || (life.is_workspace && !with_workspaces)) continue;
    peak.bytes += life.bytes;
    if (life.part != nullptr) {
      peak.standing.*life.part += life.bytes;
    } else if (life.is_workspace) {
      peak.workspaces[std::string(life.kind)] += life.bytes;
    } else {
      const bool is_kept = life.phase == StepPhase::kForward || life.phase == StepPhase::kLoss;
      (is_kept ? peak.activations : peak.temporaries)[std::string(life.kind)] += life.bytes;
    }
  }
  return peak;
}

std::size_t highest(const std::vector<std::int64_t>& line) {
  return static_cast<std::size_t>(std::max_element(line.begin(), line.end()) - line.begin());
}

}  // namespace

std::string_view to_string(StepPhase phase) noexcept {
  constexpr auto kNames =
      std::to_array<std::string_view>({"forward", "loss", "backward", "optimizer"});
  return kNames[static_cast<std::size_t>(phase)];
}

void add_step_memory(const StepAllocations& step, MemoryRecord& record) {
  const auto& events = step.events;
  if (events.empty()) return;
  const Lives lives(step);
  const Sums sums = sums_of(lives.all(), events.size());
  record.peak = peak_at(lives.all(), events, highest(sums.all), true);
  record.tensors = peak_at(lives.all(), events, highest(sums.tensors), false);
  for (std::size_t i = 0; i < events.size(); ++i) {
    auto& of_phase = record.phases[std::string(to_string(events[i].phase))];
    // What a phase begins with counts as well.
    of_phase = std::max({of_phase, sums.all[i], i > 0 ? sums.all[i - 1] : 0});
  }
  const auto backward = std::find_if(events.begin(), events.end(), [](const AllocationEvent& one) {
    return one.phase == StepPhase::kBackward;
  });
  if (backward == events.begin() || backward == events.end()) return;
  const auto last = static_cast<std::size_t>(backward - events.begin()) - 1;
  record.kept = peak_at(lives.all(), events, last, false).activations;
}

}  // namespace harness
