#include "harness/judge/speed_consistency.h"

#include <cmath>
#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/judge/consistency.h"
#include "harness/testing/speed_records.h"

namespace harness {
namespace {
using testing::HasSubstr;
using testing::IsEmpty;

std::string defect(const std::function<void(SpeedRecord&)>& change,
                   const std::string& precision = "fp16") {
  SpeedRecord record = sample::speed_record(precision);
  change(record);
  return inconsistency(sample::speed(precision), record);
}

TEST(SpeedConsistency, WhatWasTimedAgreesWithItself) {
  for (const auto* precision : {"fp16", "fp32"}) {
    EXPECT_THAT(defect([](SpeedRecord&) {}, precision), IsEmpty());
  }
  EXPECT_NO_THROW(consistent_measurements<SpeedRecord>(sample::speed()));
}

TEST(SpeedConsistency, PartsThatWereNotAskedForMayBeMissing) {
  EXPECT_THAT(defect([](SpeedRecord& record) {
                record.source.reset();
                record.own.reset();
                record.kernels.reset();
                record.roof_before.reset();
              }),
              IsEmpty());
}

TEST(SpeedConsistency, ARateThatWasChangedIsSeen) {
  EXPECT_THAT(defect([](SpeedRecord& record) { record.source->images_per_second *= 1.01; }),
              HasSubstr("the rate is 8.7264"));
  EXPECT_THAT(defect([](SpeedRecord& record) { record.own->images_per_second = 100.0; }),
              HasSubstr("the rate is 100"));
  RunResult changed = sample::speed();
  changed.measurements["source"]["images_per_second"] = 9.0;
  EXPECT_THROW(consistent_measurements<SpeedRecord>(changed), Error);
}

TEST(SpeedConsistency, EveryNumberFollowsFromItsTimes) {
  const std::function<void(SpeedRecord&)> changes[] = {
      [](SpeedRecord& record) { record.own->image.median *= 0.99; },
      [](SpeedRecord& record) { record.own->image.low *= 0.99; },
      [](SpeedRecord& record) { record.own->image.high *= 0.99; },
      [](SpeedRecord& record) { record.own->seconds[1][0] *= 0.5; },
      [](SpeedRecord& record) { record.own->speedup->ratio += 0.1; },
      [](SpeedRecord& record) { record.own->speedup->low += 0.1; },
      [](SpeedRecord& record) { record.own->speedup->high = NAN; },
      [](SpeedRecord& record) { record.own->speedup->reference_seconds[0][0] *= 2.0; },
      [](SpeedRecord& record) { record.own->network.median = 1.0; },
      [](SpeedRecord& record) { record.own->postprocess.median = 0.0; },
      [](SpeedRecord& record) { record.source->seconds[7] = -1.0; },
      [](SpeedRecord& record) { record.source->seconds[7] *= 2.0; },
      [](SpeedRecord& record) { record.source->seconds.clear(); },
      [](SpeedRecord& record) { record.source->warmup = 6; },
      [](SpeedRecord& record) { record.source->wanted = 100; },
      [](SpeedRecord& record) { record.source->clocks->samples = 0; },
      [](SpeedRecord& record) { record.source->clocks->sm_mhz.max = 10.0; },
      [](SpeedRecord& record) { record.own->clocks->reasons["sync boost"] = 41; },
      [](SpeedRecord& record) { record.kernels->kernels[0].seconds *= 2.0; },
      [](SpeedRecord& record) { record.kernels->kernels[0].calls = 0; },
      [](SpeedRecord& record) { record.kernels->kernels.clear(); },
      [](SpeedRecord& record) { record.kernels->absence = "none"; },
      [](SpeedRecord& record) { record.image.peak_bytes = 10; },
      [](SpeedRecord& record) { record.image.convolution_flops = 0.0; },
      [](SpeedRecord& record) { record.image.logits_non_finite = 1; },
      [](SpeedRecord& record) { record.image.logits_non_finite = -1; },
      [](SpeedRecord& record) { record.roof_before->half_tflops.best = 1.0; },
      [](SpeedRecord& record) { record.setup.layout = "nhwc"; },
      [](SpeedRecord& record) { record.setup.width = 0; },
      [](SpeedRecord& record) { record.setup.cudnn_benchmark = true; }};
  int number = 0;
  for (const auto& change : changes) {
    EXPECT_THAT(defect(change), testing::Not(IsEmpty())) << "change " << number;
    ++number;
  }
}

TEST(SpeedConsistency, OnlyTheReferenceIsComparedWithNothing) {
  EXPECT_THAT(defect([](SpeedRecord& record) { record.own->speedup.reset(); }),
              HasSubstr("fp16 is compared with nothing"));
  EXPECT_THAT(defect([](SpeedRecord& record) { record.own->speedup->reference = "bf16-amp"; }),
              HasSubstr("compared with bf16-amp"));
  const auto with_reference = [](SpeedRecord& record) {
    sample::set_reference(*record.own, record.own->seconds);
  };
  EXPECT_THAT(defect(with_reference, "fp32"), HasSubstr("fp32 is compared with fp32"));
}

TEST(SpeedConsistency, ACpuHasNoKernels) {
  RunResult on_cpu = sample::speed();
  on_cpu.device = "cpu";
  SpeedRecord record = sample::speed_record("fp16");
  EXPECT_THAT(inconsistency(on_cpu, record), HasSubstr("of a GPU on cpu"));
  record.kernels.reset();
  record.roof_before.reset();
  EXPECT_THAT(inconsistency(on_cpu, record), HasSubstr("of a GPU on cpu")) << "clocks remain";
  record.source->clocks.reset();
  record.own->clocks.reset();
  EXPECT_THAT(inconsistency(on_cpu, record), IsEmpty());
}

}  // namespace
}  // namespace harness
