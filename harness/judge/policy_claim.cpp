#include "harness/judge/policy_claim.h"

#include "harness/arithmetic/names.h"
#include "harness/judge/number_claim.h"

namespace harness {

std::optional<Policy> claimed_policy(const Claim& claim) {
  if (!claim.value.is_string()) return std::nullopt;
  return find_row_policy(claim.value.get<std::string>());
}

Finding unknown_policy(const Claim& claim) {
  return fail_unmeasured("in the suite: " +
                         expected_one_of(row_policy_names(), published_text(claim)));
}

}  // namespace harness
