#include "harness/precision/training_options.h"

#include <optional>

#include <gtest/gtest.h>

#include "harness/arithmetic/arithmetic.h"
#include "harness/base/error.h"

namespace harness {
namespace {

TrainingOptions options_of(Policy policy, ScalerType scaler) {
  TrainingOptions options;
  options.policy = policy;
  options.scaler = ScalerOptions::defaults(scaler);
  return options;
}

bool is_refused(const TrainingOptions& options) {
  try {
    require_sensible(options);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kUsage);
    return true;
  }
  return false;
}

TEST(TrainingOptions, RefuseThePairsThatTheTableRefuses) {
  for (const auto& policy : policies()) {
    for (const auto name : scaler_names()) {
      const auto options = options_of(policy.policy, *find_scaler_type(name));
      const bool is_wrong =
          find_objection({options.policy, options.scaler, options.quirks}).has_value();
      EXPECT_EQ(is_refused(options), is_wrong) << policy.name << " with " << name;
    }
  }
  EXPECT_TRUE(is_refused(options_of(Policy::kFp32, ScalerType::kStatic)));
  EXPECT_FALSE(is_refused(options_of(Policy::kFp16Master, ScalerType::kStatic)));
}

TEST(TrainingOptions, RefuseQuirksWhereTheyDoNotBelong) {
  auto options = options_of(Policy::kFp32, ScalerType::kNone);
  options.quirks.masters_not_saved = true;
  EXPECT_TRUE(is_refused(options));
  options = options_of(Policy::kFp16Master, ScalerType::kMmcvDynamic);
  options.quirks.no_overflow_check = true;
  EXPECT_TRUE(is_refused(options));
  options.scaler = ScalerOptions::defaults(ScalerType::kStatic);
  EXPECT_FALSE(is_refused(options));
}

TEST(TrainingOptions, OnlyAPolicyWithMastersCanGoWithoutThem) {
  for (const auto& policy : policies()) {
    auto options = options_of(policy.policy, policy.default_scaler);
    EXPECT_FALSE(is_refused(options)) << policy.name;
    options.keep_masters = false;
    EXPECT_EQ(is_refused(options), policy.policy != Policy::kFp16Master) << policy.name;
  }
}

}  // namespace
}  // namespace harness
