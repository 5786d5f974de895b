#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "harness/record/memory_record.h"

namespace harness {

enum class StepPhase : std::uint8_t { kForward, kLoss, kBackward, kOptimizer };

/// "forward", "loss", "backward", "optimizer".
std::string_view to_string(StepPhase phase) noexcept;

/// Memory that was allocated (bytes > 0) or released (bytes < 0) during a step.
struct AllocationEvent {
  std::uintptr_t address = 0;
  std::int64_t bytes = 0;
  StepPhase phase = StepPhase::kForward;
  std::string_view kind;   ///< Of the operator in whose call it happened; "other" outside of any.
  std::uint64_t call = 0;  ///< The number of that call; 0 outside of any.
};

/// Memory that lived when the step began.
struct StandingAllocation {
  std::int64_t bytes = 0;
  std::int64_t StandingMemory::*part = &StandingMemory::other;
};

/// All that is known of the memory of one step.
struct StepAllocations {
  std::map<std::uintptr_t, StandingAllocation> standing;  ///< By address.
  std::vector<AllocationEvent> events;                    ///< In order.
};

/// The peaks of a step: record.peak, tensors, phases and kept; the rest stays as it is. An
/// allocation that is released within the call that made it is a workspace, and so is a copy that
/// only changes a layout: another device's operators do without it.
void add_step_memory(const StepAllocations& step, MemoryRecord& record);

}  // namespace harness
