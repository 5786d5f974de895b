#pragma once

#include <optional>

#include "harness/arithmetic/policy.h"
#include "harness/judge/finding.h"

namespace harness {

/// The policy that a claim's value names; nullopt when a row cannot have such a policy.
std::optional<Policy> claimed_policy(const Claim& claim);

/// The failure of a claim whose value is not such a policy.
Finding unknown_policy(const Claim& claim);

}  // namespace harness
