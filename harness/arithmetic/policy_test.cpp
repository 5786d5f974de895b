#include "harness/arithmetic/policy.h"

#include <cstddef>
#include <map>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"

namespace harness {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Policies, StandAtTheirPlaceAndHaveNamesOfTheirOwn) {
  std::set<std::string_view> names;
  std::set<std::string_view> precisions;
  for (std::size_t i = 0; i < policies().size(); ++i) {
    const auto& policy = policies()[i];
    EXPECT_EQ(static_cast<std::size_t>(policy.policy), i);
    EXPECT_EQ(&facts(policy.policy), &policy);
    EXPECT_FALSE(policy.name.empty());
    EXPECT_EQ(find_policy(policy.name), policy.policy);
    EXPECT_EQ(policy_from_string(to_string(policy.policy)), policy.policy);
    EXPECT_EQ(policy_of_precision(policy.precision), policy.policy);
    names.insert(policy.name);
    precisions.insert(policy.precision);
  }
  EXPECT_EQ(policies().size(), static_cast<std::size_t>(Policy::kBf16Amp) + 1);
  EXPECT_EQ(names.size(), policies().size());
  EXPECT_EQ(precisions.size(), policies().size());
}

TEST(Policies, OnlyFp16MasterHasAnotherNameAsAPrecision) {
  EXPECT_THAT(precision_names(), ElementsAre("fp32", "fp64", "fp16", "fp16-amp", "bf16-amp"));
  for (const auto& policy : policies()) {
    const bool same = policy.name == policy.precision;
    EXPECT_EQ(same, policy.policy != Policy::kFp16Master) << policy.name;
  }
  EXPECT_EQ(policy_of_precision("fp16"), Policy::kFp16Master);
}

TEST(Policies, ARowMayHaveAllButTheReference) {
  EXPECT_THAT(row_policy_names(), ElementsAre("fp32", "fp16-master", "fp16-amp", "bf16-amp"));
  EXPECT_EQ(find_row_policy("fp64"), std::nullopt);
  EXPECT_EQ(find_row_policy("bf16-amp"), Policy::kBf16Amp);
  EXPECT_EQ(find_policy("fp64"), Policy::kFp64);
}

template <typename Lookup>
std::string refusal(Lookup look_up, const char* name) {
  try {
    look_up(name);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kUsage);
    return error.detail();
  }
  return "";
}

TEST(Policies, AnUnknownNameIsRefusedWithTheKnownOnes) {
  EXPECT_EQ(find_policy("fp16"), std::nullopt);
  EXPECT_EQ(find_policy(""), std::nullopt);
  EXPECT_THAT(refusal(policy_from_string, "fp8"),
              testing::AllOf(HasSubstr("fp32, fp64, fp16-master, fp16-amp, bf16-amp"),
                             HasSubstr("\"fp8\"")));
  EXPECT_THAT(refusal(policy_of_precision, "fp16-master"),
              testing::AllOf(HasSubstr("fp32, fp64, fp16, fp16-amp, bf16-amp"),
                             HasSubstr("\"fp16-master\"")));
}

/// Types as a checkpoint of each policy has them: weights of convolutions, batch norm.
TEST(Policies, OnlyHalfTrainingLeavesHalfWeights) {
  const std::map<Policy, std::pair<std::string_view, std::string_view>> expected{
      {Policy::kFp32, {"float32", "float32"}},
      {Policy::kFp64, {"float64", "float64"}},
      {Policy::kFp16Master, {"float16", "float32"}},
      {Policy::kFp16Amp, {"float32", "float32"}},
      {Policy::kBf16Amp, {"float32", "float32"}}};
  for (const auto& policy : policies()) {
    EXPECT_EQ(to_string(policy.weights), expected.at(policy.policy).first) << policy.name;
    EXPECT_EQ(to_string(policy.norm), expected.at(policy.policy).second) << policy.name;
  }
}

TEST(Policies, MastersAndAutocastFollowFromTheTypes) {
  std::vector<Policy> with_masters;
  std::vector<Policy> autocasting;
  for (const auto& policy : policies()) {
    if (policy.has_masters()) with_masters.push_back(policy.policy);
    if (policy.autocasts()) autocasting.push_back(policy.policy);
  }
  EXPECT_THAT(with_masters, ElementsAre(Policy::kFp16Master));
  EXPECT_THAT(autocasting, ElementsAre(Policy::kFp16Amp, Policy::kBf16Amp));
}

std::map<std::string_view, std::string_view> operators_of(Policy policy) {
  std::map<std::string_view, std::string_view> types;
  for (const auto& [kind, type] : operator_types(policy)) types[kind] = to_string(type);
  return types;
}

TEST(Policies, OperatorsOfATrainingHaveTheirTypes) {
  using Types = std::map<std::string_view, std::string_view>;
  EXPECT_EQ(operators_of(Policy::kFp16Master), (Types{{"convolution", "float16"},
                                                      {"convolution_backward", "float16"},
                                                      {"batch_norm", "float16"},
                                                      {"loss", "float32"}}));
  EXPECT_EQ(operators_of(Policy::kBf16Amp), (Types{{"convolution", "bfloat16"},
                                                   {"convolution_backward", "bfloat16"},
                                                   {"loss", "float32"}}));
  EXPECT_EQ(operators_of(Policy::kFp16Amp).at("convolution"), "float16");
  for (const auto& [kind, type] : operators_of(Policy::kFp32)) EXPECT_EQ(type, "float32") << kind;
  for (const auto& [kind, type] : operators_of(Policy::kFp64)) EXPECT_EQ(type, "float64") << kind;
  EXPECT_EQ(operators_of(Policy::kFp64).size(), 4U);
}

TEST(Policies, DigitsAndTheYardstickAreThoseOfTheComputeType) {
  EXPECT_EQ(significant_digits(Policy::kFp16Master), 11);
  EXPECT_EQ(significant_digits(Policy::kFp16Amp), 11);
  EXPECT_EQ(significant_digits(Policy::kBf16Amp), 8);
  EXPECT_EQ(significant_digits(Policy::kFp32), 24);
  EXPECT_EQ(significant_digits(Policy::kFp64), 53);
  EXPECT_EQ(rounding_over_fp32(Policy::kFp16Master), 8192.0);
  EXPECT_EQ(rounding_over_fp32(Policy::kFp16Amp), 8192.0);
  EXPECT_EQ(rounding_over_fp32(Policy::kBf16Amp), 65536.0);
  EXPECT_EQ(rounding_over_fp32(Policy::kFp32), 1.0);
}

TEST(Policies, HalfIsEverySixteenBitType) {
  EXPECT_FALSE(computes_in_half(Policy::kFp32));
  EXPECT_FALSE(computes_in_half(Policy::kFp64));
  EXPECT_TRUE(computes_in_half(Policy::kFp16Master));
  EXPECT_TRUE(computes_in_half(Policy::kBf16Amp));
  EXPECT_EQ(half_policy(Policy::kFp32), Policy::kFp16Master);
  EXPECT_EQ(half_policy(Policy::kFp16Amp), Policy::kFp16Amp);
  EXPECT_EQ(half_policy(Policy::kBf16Amp), Policy::kBf16Amp);
}

TEST(Policies, ARowRunsInItsOwnPrecisionAndInFp32) {
  EXPECT_THAT(default_precisions(Policy::kFp16Master), ElementsAre("fp16", "fp32"));
  EXPECT_THAT(default_precisions(Policy::kFp16Amp), ElementsAre("fp16-amp", "fp32"));
  EXPECT_THAT(default_precisions(Policy::kBf16Amp), ElementsAre("bf16-amp", "fp32"));
  EXPECT_THAT(default_precisions(Policy::kFp32), ElementsAre("fp32"));
}

TEST(Policies, TheDefaultScalerIsThatOfTheSource) {
  EXPECT_EQ(default_scaler(Policy::kFp16Master).type, ScalerType::kStatic);
  EXPECT_EQ(default_scaler(Policy::kFp16Master).init_scale, 512.0);
  EXPECT_EQ(default_scaler(Policy::kFp16Amp).type, ScalerType::kGradScalerPinned);
  EXPECT_EQ(default_scaler(Policy::kFp16Amp).init_scale, 512.0);
  for (const auto policy : {Policy::kFp32, Policy::kFp64, Policy::kBf16Amp}) {
    EXPECT_EQ(default_scaler(policy), ScalerOptions{}) << to_string(policy);
    EXPECT_FALSE(scales_loss(policy)) << to_string(policy);
  }
  EXPECT_TRUE(scales_loss(Policy::kFp16Master) && scales_loss(Policy::kFp16Amp));
}

TEST(Policies, EveryPolicyAllowsItsDefaultScalerAndNone) {
  for (const auto& policy : policies()) {
    EXPECT_THAT(policy.scalers, testing::Contains(policy.default_scaler)) << policy.name;
    EXPECT_THAT(policy.scalers, testing::Contains(ScalerType::kNone)) << policy.name;
    const bool allows_all = policy.scalers.size() == scaler_names().size();
    EXPECT_EQ(policy.no_other_scaler.empty(), allows_all) << policy.name;
  }
}

}  // namespace
}  // namespace harness
