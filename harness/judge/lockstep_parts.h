#pragma once

#include <array>
#include <string_view>

#include "harness/record/lockstep_record.h"

namespace harness {

/// What a lockstep compares after every step, with its name.
struct LockstepPart {
  std::string_view name;
  LockstepDistance LockstepDistances::*distance;
};

inline constexpr std::array<LockstepPart, 4> kLockstepParts{
    {{"gradient", &LockstepDistances::gradient},
     {"weights", &LockstepDistances::weights},
     {"update", &LockstepDistances::update},
     {"statistics", &LockstepDistances::statistics}}};

}  // namespace harness
