#include "harness/judge/rules/evaluated/parity_claims.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/testing/sample_row.h"

namespace harness {
namespace {

using sample::Case;
using testing::AllOf;
using testing::HasSubstr;

Case claiming(const char* id, double allowed) {
  Case sample;
  sample.claim = sample::claim(id, "evaluated", 0);
  sample.claim.tolerance = Tolerance{allowed, 0.0, "two roundings of one model"};
  return sample;
}

TEST(ParityClaims, TheDifferenceOfTwoArithmeticsOnOneFile) {
  const auto finding = claiming("parity", 0.1).judge(judge_parity);
  EXPECT_EQ(finding.verdict, Verdict::kPass);
  EXPECT_EQ(finding.precision, "fp16");
  EXPECT_NEAR(finding.measured.get<double>(), -0.009, 1e-9);
  EXPECT_EQ(
      finding.reason,
      "0.009 below, allowed 0.1; 52.051 against FP32's 52.060 on 16 images; 95 % of resampled "
      "sets of images: -0.009 to -0.009");
}

TEST(ParityClaims, AHalfPrecisionThatCostsAccuracyFails) {
  auto sample = claiming("parity", 0.1);
  sample.change_parity([](auto& record) {
    sample::set_mious(record, 51.5, 52.06);
    record.changed_pixels = record.pixels / 2;
  });
  sample.change_evaluation([](auto& record) { sample::set_miou(record, 51.5); });
  EXPECT_EQ(sample.judge(judge_parity).verdict, Verdict::kFail);
}

TEST(ParityClaims, ADifferenceThatIsNotOneFails) {
  auto sample = claiming("parity", 0.1);
  sample.change_parity([](auto& record) { record.miou = 40.0; });
  EXPECT_EQ(sample.judge(judge_parity).verdict, Verdict::kFail);
  EXPECT_THAT(sample.judge(judge_parity).reason, HasSubstr("the mIoU is 40"));
}

TEST(ParityClaims, NaNInEitherArithmeticFails) {
  for (double ParityRecord::*const number :
       {&ParityRecord::miou, &ParityRecord::miou_reference, &ParityRecord::difference}) {
    auto sample = claiming("parity", 1000);
    sample.change_parity([&](auto& record) { record.*number = NAN; });
    EXPECT_EQ(sample.judge(judge_parity).verdict, Verdict::kFail);
  }
}

TEST(ParityClaims, OneImageHasNoInterval) {
  auto sample = claiming("parity", 0.1);
  sample.change_parity([](auto& record) {
    record.images = record.logits.images = 1;
    sample::set_mious(record, 52.051, 52.060);
  });
  for (const std::size_t evaluation : {1, 2}) {
    sample::change_record<EvaluationRecord>(sample.results.at(evaluation), [](auto& record) {
      record.images = record.forward->activations.images = 1;
      record.logits.elements /= 16;
      record.seconds_per_image = {0.08, 0.08, 0.08, 1, 0};
      sample::set_miou(record, record.miou);
    });
  }
  EXPECT_THAT(sample.judge(judge_parity).reason, HasSubstr("one image gives no interval"));
}

TEST(ParityClaims, ItIsOfTheImagesThatWereEvaluated) {
  for (const ClaimRule rule : {judge_parity, judge_parity_pixels, judge_parity_logits}) {
    auto sample = claiming("parity", 1000);
    sample.change_parity([](auto& record) {
      record.images = 3;
      sample::set_mious(record, record.miou, record.miou_reference);
    });
    EXPECT_EQ(sample.judge(rule).verdict, Verdict::kFail);
    EXPECT_THAT(sample.judge(rule).reason, HasSubstr("it compares 3 images"));
    sample = claiming("parity", 1000);
    sample.change_parity([](auto& record) { sample::set_mious(record, 52.060, 52.060); });
    EXPECT_THAT(sample.judge(rule).reason,
                AllOf(HasSubstr("evaluate in fp16"), HasSubstr("its mIoU is 52.060")));
    sample = claiming("parity", 1000);
    sample.change_parity([](auto& record) { sample::set_mious(record, 52.051, 52.051); });
    EXPECT_THAT(sample.judge(rule).reason,
                AllOf(HasSubstr("evaluate in fp32"), HasSubstr("its mIoU is 52.051")));
  }
}

TEST(ParityClaims, ComparingNothingFails) {
  for (const ClaimRule rule : {judge_parity, judge_parity_pixels, judge_parity_logits}) {
    for (std::int64_t ParityRecord::*const count : {&ParityRecord::images, &ParityRecord::pixels}) {
      for (const std::int64_t none : {0, -1}) {
        auto sample = claiming("parity", 1000);
        sample.change_parity([&](auto& record) { record.*count = none; });
        EXPECT_EQ(sample.judge(rule).verdict, Verdict::kFail);
      }
    }
    auto sample = claiming("parity", 1000);
    sample.change_parity([](auto& record) {
      record = ParityRecord();
      record.miou = record.miou_reference = record.difference = NAN;
    });
    EXPECT_EQ(sample.judge(rule).verdict, Verdict::kFail);
  }
}

TEST(ParityClaims, ARecordThatCannotBeReadFails) {
  for (const ClaimRule rule : {judge_parity, judge_parity_pixels, judge_parity_logits}) {
    auto sample = claiming("parity", 1000);
    sample.parity_measurements().erase("changed_pixels");
    EXPECT_EQ(sample.judge(rule).verdict, Verdict::kFail);
    EXPECT_THAT(sample.judge(rule).reason, HasSubstr("measurements.changed_pixels"));
  }
}

TEST(ParityClaims, ShareOfPixelsThatChangeClass) {
  const auto finding = claiming("parity.pixels", 0.005).judge(judge_parity_pixels);
  EXPECT_EQ(finding.verdict, Verdict::kPass);
  EXPECT_DOUBLE_EQ(finding.measured.get<double>(), 0.0006);
  EXPECT_THAT(finding.reason, HasSubstr("9,600,000 of 16,000,000,000 pixels change class"));
  EXPECT_EQ(claiming("parity.pixels", 0.0005).judge(judge_parity_pixels).verdict, Verdict::kFail);
}

TEST(ParityClaims, MoreChangedPixelsThanPixelsCannotBe) {
  for (const std::int64_t wrong : {std::int64_t{16'000'000'001}, std::int64_t{-1}}) {
    auto sample = claiming("parity.pixels", 1000);
    sample.change_parity([&](auto& record) { record.changed_pixels = wrong; });
    EXPECT_EQ(sample.judge(judge_parity_pixels).verdict, Verdict::kFail);
    EXPECT_THAT(sample.judge(judge_parity_pixels).reason, HasSubstr("cannot be"));
  }
}

TEST(ParityClaims, LogitsAreMeasuredByFp32sOwnDistance) {
  const auto finding = claiming("parity.logits", 1.0).judge(judge_parity_logits);
  EXPECT_EQ(finding.verdict, Verdict::kPass);
  EXPECT_DOUBLE_EQ(finding.measured.get<double>(), 0.002 / (8192 * 1e-6));
  EXPECT_EQ(claiming("parity.logits", 0.2).judge(judge_parity_logits).verdict, Verdict::kFail);
}

TEST(ParityClaims, ADistanceAsLargeAsTheLogitsLeavesNothingOfThem) {
  for (const double rms : {0.002, 0.001}) {
    auto sample = claiming("parity.logits", 1.0);
    sample.change_parity([&](auto& record) { record.logits.rms = rms; });
    EXPECT_EQ(sample.judge(judge_parity_logits).verdict, Verdict::kFail);
    EXPECT_THAT(sample.judge(judge_parity_logits).reason, HasSubstr("as large as the logits"));
  }
}

TEST(ParityClaims, TheYardstickIsTheRoundingOfTheTypeThatComputes) {
  auto sample = claiming("parity.logits", 1.0);
  sample.parity_measurements()["logits"]["rmse"] = 0.9 * 65536 * 1e-6;
  EXPECT_EQ(sample.judge(judge_parity_logits).verdict, Verdict::kFail);
  const auto compute_in = [&](Policy policy, const std::string& precision) {
    sample.row.arithmetic = Arithmetic{.policy = policy};
    sample.results.at(1) = sample::evaluate(precision);
    sample.results.at(3).precision = precision;
    sample.results.at(3).digests = sample.results.at(1).digests;
  };
  compute_in(Policy::kFp16Amp, "fp16-amp");
  EXPECT_DOUBLE_EQ(sample.judge(judge_parity_logits).measured.get<double>(), 0.9 * 8);
  compute_in(Policy::kBf16Amp, "bf16-amp");
  const auto finding = sample.judge(judge_parity_logits);
  EXPECT_EQ(finding.verdict, Verdict::kPass);
  EXPECT_DOUBLE_EQ(finding.measured.get<double>(), 0.9);
  sample.parity_measurements()["logits"]["rmse"] = 1.1 * 65536 * 1e-6;
  EXPECT_EQ(sample.judge(judge_parity_logits).verdict, Verdict::kFail);
}

TEST(ParityClaims, WithoutAYardstickNothingPasses) {
  for (const double bad : {0.0, -1e-6, double{NAN}}) {
    auto sample = claiming("parity.logits", 1e9);
    sample.change_parity([&](auto& record) { record.logits.rmse_reference = bad; });
    EXPECT_EQ(sample.judge(judge_parity_logits).verdict, Verdict::kFail) << bad;
  }
  auto sample = claiming("parity.logits", 1e9);
  sample.change_parity([](auto& record) { record.logits.rmse = NAN; });
  EXPECT_EQ(sample.judge(judge_parity_logits).verdict, Verdict::kFail);
  sample = claiming("parity.logits", 1e9);
  sample.change_parity([](auto& record) { record.logits.images = 0; });
  EXPECT_THAT(sample.judge(judge_parity_logits).reason, HasSubstr("no logits were compared"));
  EXPECT_EQ(sample.judge(judge_parity_logits).verdict, Verdict::kFail);
}

}  // namespace
}  // namespace harness
