#include "harness/judge/parity_rounding.h"

#include <cmath>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/testing/sample_row.h"

namespace harness {
namespace {
using testing::HasSubstr;
using testing::IsEmpty;

constexpr double kLongestSum = 2592.0;  ///< Of the sample's network.

/// Rounds to this many significant digits.
double stored(double value, int digits) {
  int exponent = 0;
  std::frexp(value, &exponent);
  const double unit = std::ldexp(1.0, exponent - digits);
  return std::nearbyint(value / unit) * unit;
}

TEST(ParityRounding, StoredNumbersAreFartherThanTheLeastDistance) {
  for (const double scale : {0.01, 1.0, 1.99, 300.0}) {
    for (const int digits : {8, 11, 24}) {
      std::mt19937_64 random(7);
      std::normal_distribution<double> draw(0.0, scale);
      double squares = 0.0;
      double distances = 0.0;
      constexpr int kLogits = 10000;
      for (int i = 0; i < kLogits; ++i) {
        const double logit = draw(random);
        squares += logit * logit;
        distances += std::pow(stored(logit, digits) - logit, 2);
      }
      const double least = least_distance(std::sqrt(squares / kLogits), digits);
      const double distance = std::sqrt(distances / kLogits);
      EXPECT_GT(distance, least);
      EXPECT_LT(distance, 4.0 * least) << "the bound is of no use";
    }
  }
}

TEST(ParityRounding, LogitsOfHalfRoundAsHalfDoes) {
  const auto logits = sample::parity_record().logits;
  EXPECT_THAT(rounding_defect(logits, Policy::kFp16Master), IsEmpty());
  for (const double near : {0.0, 1e-300, logits.rmse_reference, 1e-4}) {
    auto other = logits;
    other.rmse = near;
    EXPECT_THAT(rounding_defect(other, Policy::kFp16Master), HasSubstr("half logits")) << near;
  }
  auto other = logits;
  other.rmse = 1e-3;  // Enough for FP16, not for a type of 8 digits.
  EXPECT_THAT(rounding_defect(other, Policy::kFp16Amp), IsEmpty());
  EXPECT_THAT(rounding_defect(other, Policy::kBf16Amp), HasSubstr("half logits"));
  other.rmse = NAN;
  EXPECT_THAT(rounding_defect(other, Policy::kFp16Master), IsEmpty());
  other = logits;
  other.rmse_reference = 1e-9;
  EXPECT_THAT(rounding_defect(other, Policy::kFp16Master), HasSubstr("FP32's logits"));
}

TEST(ParityRounding, WithoutFp64sLogitsThereIsNoDistance) {
  for (const double rms : {0.0, -1.0, double{NAN}, double{INFINITY}}) {
    auto logits = sample::parity_record().logits;
    logits.rms = rms;
    EXPECT_THAT(rounding_defect(logits, Policy::kFp16Master), HasSubstr("no logits")) << rms;
  }
  auto logits = sample::parity_record().logits;
  logits.images = 0;
  EXPECT_THAT(rounding_defect(logits, Policy::kFp16Master), HasSubstr("no logits"));
}

TEST(ParityRounding, Fp32IsNearerThanTf32WouldBe) {
  auto logits = sample::parity_record().logits;
  EXPECT_THAT(reference_defect(logits, Policy::kFp16Master, kLongestSum), IsEmpty());
  logits.rmse_reference *= 1000.0;
  EXPECT_THAT(reference_defect(logits, Policy::kFp16Master, kLongestSum), HasSubstr("rounding"));
  logits.rmse_reference = logits.rmse;
  EXPECT_THAT(reference_defect(logits, Policy::kFp16Master, 36864.0), HasSubstr("rounding"));
}

}  // namespace
}  // namespace harness
