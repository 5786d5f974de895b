#pragma once

#include <optional>

#include "harness/arithmetic/policy.h"
#include "harness/judge/finding.h"

namespace harness {

/// The policy that a claim's value names; nothing when it is no policy that a row can have.
std::optional<Policy> claimed_policy(const Claim& claim);

/// The failure of a claim whose value is not such a policy.
Finding unknown_policy(const Claim& claim);

}  // namespace harness
