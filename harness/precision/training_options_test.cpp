#include "harness/precision/training_options.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"

namespace harness {
namespace {

constexpr auto kPolicies = {Policy::kFp32, Policy::kFp64, Policy::kFp16Master, Policy::kFp16Amp,
                            Policy::kBf16Amp};
constexpr auto kScalers = {ScalerType::kNone, ScalerType::kStatic, ScalerType::kMmcvDynamic,
                           ScalerType::kGradScaler, ScalerType::kGradScalerPinned};

TrainingOptions options_of(Policy policy, ScalerType scaler) {
  TrainingOptions options;
  options.policy = policy;
  options.scaler = ScalerOptions::defaults(scaler);
  return options;
}

/// Why it is refused; empty when it is not.
std::string reason(const TrainingOptions& options) {
  try {
    require_sensible(options);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kUsage);
    return error.what();
  }
  return "";
}

TEST(TrainingOptions, PairPoliciesAndScalersWhereItMakesSense) {
  std::string allowed;
  for (const auto policy : kPolicies) {
    for (const auto scaler : kScalers) {
      if (!reason(options_of(policy, scaler)).empty()) continue;
      allowed.append(to_string(policy)).append("/").append(to_string(scaler)).append(" ");
    }
  }
  EXPECT_EQ(allowed,
            "fp32/none fp64/none fp16-master/none fp16-master/static fp16-master/mmcv-dynamic "
            "fp16-amp/none fp16-amp/static fp16-amp/mmcv-dynamic fp16-amp/grad-scaler "
            "fp16-amp/grad-scaler-pinned bf16-amp/none ");
}

TEST(TrainingOptions, SayWhyAPairIsRefused) {
  EXPECT_THAT(reason(options_of(Policy::kFp16Master, ScalerType::kGradScaler)),
              testing::AllOf(testing::HasSubstr("fp16-master with grad-scaler"),
                             testing::HasSubstr("GradScaler refuses")));
  EXPECT_THAT(reason(options_of(Policy::kBf16Amp, ScalerType::kStatic)),
              testing::HasSubstr("exponents of float"));
  EXPECT_THAT(reason(options_of(Policy::kFp64, ScalerType::kMmcvDynamic)),
              testing::HasSubstr("do not vanish"));
}

TEST(TrainingOptions, TheDefaultScalerIsSensible) {
  for (const auto policy : kPolicies) {
    EXPECT_EQ(reason(options_of(policy, default_scaler(policy).type)), "");
  }
  EXPECT_EQ(default_scaler(Policy::kFp16Master).init_scale, 512.0);
  EXPECT_EQ(default_scaler(Policy::kFp16Amp).type, ScalerType::kGradScalerPinned);
}

TEST(TrainingOptions, QuirksBelongToTheArithmeticThatHadThem) {
  auto options = options_of(Policy::kFp32, ScalerType::kNone);
  options.quirks.masters_not_saved = true;
  EXPECT_THAT(reason(options), testing::HasSubstr("only fp16-master has the quirk masters-not"));
  options = options_of(Policy::kFp16Amp, ScalerType::kNone);
  options.keep_masters = false;
  EXPECT_THAT(reason(options), testing::HasSubstr("only fp16-master can go without"));
  options = options_of(Policy::kFp16Master, ScalerType::kMmcvDynamic);
  options.quirks.no_overflow_check = true;
  EXPECT_THAT(reason(options), testing::HasSubstr("mmcv 1.2.0"));
  options.scaler = ScalerOptions::defaults(ScalerType::kStatic);
  EXPECT_EQ(reason(options), "");
}

}  // namespace
}  // namespace harness
