#include "harness/judge/policy_claim.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace harness {
namespace {

Claim claiming(Json value) {
  Claim claim;
  claim.id = "dtypes";
  claim.value = std::move(value);
  return claim;
}

TEST(PolicyClaim, NamesAPolicyThatARowCanHave) {
  EXPECT_EQ(claimed_policy(claiming("fp16-master")), Policy::kFp16Master);
  EXPECT_EQ(claimed_policy(claiming("bf16-amp")), Policy::kBf16Amp);
  for (const Json& other : {Json("fp64"), Json("fp16"), Json("fp8"), Json(nullptr), Json(16)}) {
    EXPECT_EQ(claimed_policy(claiming(other)), std::nullopt) << other;
  }
}

TEST(PolicyClaim, AnythingElseFailsWithTheKnownNames) {
  const auto finding = unknown_policy(claiming("fp8"));
  EXPECT_EQ(finding.verdict, Verdict::kFail);
  EXPECT_FALSE(finding.compared);
  for (const auto* part : {"\"fp8\"", "fp32, fp16-master, fp16-amp, bf16-amp"}) {
    EXPECT_THAT(finding.reason, testing::HasSubstr(part));
  }
  EXPECT_THAT(unknown_policy(claiming(16)).reason, testing::HasSubstr("\"16\""));
}

}  // namespace
}  // namespace harness
