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

void set_roofs(SpeedRecord& record, AchievedRecord RoofRecord::*roof, double tflops) {
  for (auto* one : {&record.roof_before, &record.roof_after}) (**one).*roof = {tflops, tflops, 5};
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
                record.roof_after.reset();
              }),
              IsEmpty());
}

TEST(SpeedConsistency, ARoofIsMeasuredBeforeAndAfter) {
  EXPECT_THAT(defect([](SpeedRecord& record) { record.roof_after.reset(); }),
              HasSubstr("before all that was timed, and none after"));
  EXPECT_THAT(defect([](SpeedRecord& record) { record.roof_before.reset(); }),
              HasSubstr("after all that was timed, and none before"));
  EXPECT_THAT(defect([](SpeedRecord& record) { record.roof_after->matrix_size = 1; }),
              HasSubstr("other sizes"));
  EXPECT_THAT(defect([](SpeedRecord& record) { record.roof_before->copy_bytes = 1; }),
              HasSubstr("other sizes"));
  EXPECT_THAT(defect([](SpeedRecord& record) { record.roof_after->half_tflops.best = 1.0; }),
              HasSubstr("products in half"));
}

TEST(SpeedConsistency, NoRoofIsAboveTheWholeChip) {
  RunResult result = sample::speed();
  const SpeedRecord sound = sample::speed_record("fp16");
  ASSERT_THAT(inconsistency(result, sound), IsEmpty());
  for (AchievedRecord RoofRecord::*const roof :
       {&RoofRecord::half_tflops, &RoofRecord::fp32_tflops}) {
    SpeedRecord record = sound;
    set_roofs(record, roof, ((*record.roof_before).*roof).best * 10.0);
    EXPECT_THAT(inconsistency(result, record), HasSubstr("compute capability 7.0"));
  }
  // 84 x 1024 operations a clock; of the two clocks the higher counts.
  SpeedRecord record = sound;
  record.own->clocks->sm_mhz.max = 1500.0;
  const double most = 84.0 * 1024.0 * 1.25 * 1500.0 / 1e6;
  set_roofs(record, &RoofRecord::half_tflops, 0.999 * most);
  EXPECT_THAT(inconsistency(result, record), IsEmpty());
  set_roofs(record, &RoofRecord::half_tflops, 1.001 * most);
  EXPECT_THAT(inconsistency(result, record), HasSubstr("compute capability 7.0"));
  result.environment.gpu->sm_clock_mhz = 1600;
  EXPECT_THAT(inconsistency(result, record), IsEmpty());
  // Nobody says what such a chip does.
  result.environment.gpu->compute_capability = "77.0";
  set_roofs(record, &RoofRecord::half_tflops, 1e6);
  EXPECT_THAT(inconsistency(result, record), IsEmpty());
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
      [](SpeedRecord& record) { record.setup.width = 65537; },
      [](SpeedRecord& record) { record.setup.cudnn_benchmark = true; }};
  int number = 0;
  for (const auto& change : changes) {
    EXPECT_THAT(defect(change), testing::Not(IsEmpty())) << "change " << number;
    ++number;
  }
}

TEST(SpeedConsistency, NothingIsNegativeMissingOrReversed) {
  const std::function<void(SpeedRecord&)> changes[] = {
      [](SpeedRecord& record) {
        record.roof_before->half_tflops = {0.0, 0.0, 5};
      },
      [](SpeedRecord& record) {
        record.roof_before->fp32_tflops = {-1.0, -2.0, 5};
      },
      [](SpeedRecord& record) {
        record.roof_before->half_tflops = {NAN, NAN, 5};
      },
      [](SpeedRecord& record) { record.image.convolution_flops = -1.0; },
      [](SpeedRecord& record) { record.image.convolution_flops = NAN; },
      [](SpeedRecord& record) { record.image.weights_bytes = 0; },
      [](SpeedRecord& record) { record.image.logits_elements = 0; },
      [](SpeedRecord& record) { record.own->warmup_seconds = 0.0; },
      [](SpeedRecord& record) { record.own->warmup_seconds = NAN; },
      [](SpeedRecord& record) { record.own->network.low = 1.01 * record.own->network.median; },
      [](SpeedRecord& record) { record.own->network.high = 0.99 * record.own->network.median; },
      [](SpeedRecord& record) { record.own->network.high = NAN; },
      [](SpeedRecord& record) { record.own->network.low = record.own->network.high = NAN; },
      [](SpeedRecord& record) { record.own->postprocess.low = NAN; },
      [](SpeedRecord& record) { record.own->postprocess.high = INFINITY; },
      [](SpeedRecord& record) { record.own->speedup->network_ratio = NAN; },
      [](SpeedRecord& record) { record.own->speedup->network_low *= 1.5; },
      [](SpeedRecord& record) { record.own->speedup->network_high = NAN; },
      [](SpeedRecord& record) { record.own->clocks->sm_mhz.min = -1.0; },
      [](SpeedRecord& record) {
        record.own->clocks->power_w = {-3.0, -2.0, -1.0};
      }};
  int number = 0;
  for (const auto& change : changes) {
    EXPECT_THAT(defect(change), testing::Not(IsEmpty())) << "change " << number;
    ++number;
  }
}

TEST(SpeedConsistency, NoNetworkIsFasterThanTheRoof) {
  for (const auto* precision : {"fp16", "bf16-amp", "fp32"}) {
    const bool is_half = precision != std::string("fp32");
    SpeedRecord record = sample::speed_record(is_half ? "fp16" : "fp32");
    RunResult result = sample::speed(is_half ? "fp16" : "fp32");
    result.precision = precision;
    const double rate = record.image.convolution_flops / record.own->network.median / 1e12;
    auto& roof = is_half ? record.roof_before->half_tflops : record.roof_before->fp32_tflops;
    roof = {rate / 1.04, rate / 1.1, 5};
    record.roof_after = record.roof_before;
    EXPECT_THAT(inconsistency(result, record), IsEmpty());
    roof.best = rate / 1.06;
    record.roof_after = record.roof_before;
    EXPECT_THAT(inconsistency(result, record), HasSubstr("the roof is")) << precision;
    // The clock may have been lower at one of the two times.
    record.roof_after = record.roof_before;
    (is_half ? record.roof_after->half_tflops : record.roof_after->fp32_tflops).best = rate;
    EXPECT_THAT(inconsistency(result, record), IsEmpty());
  }
}

TEST(SpeedConsistency, WinogradsAlgorithmDoesFewerProducts) {
  const auto name_kernel = [](const std::string& name, double part) {
    return defect(
        [&](SpeedRecord& record) {
          for (auto& kernel : record.kernels->kernels) kernel.name = name;
          const double rate = record.image.convolution_flops / record.own->network.median / 1e12;
          set_roofs(record, &RoofRecord::fp32_tflops, rate / part);
        },
        "fp32");
  };
  EXPECT_THAT(name_kernel("ampere_scudnn_Winograd_128x128", 4.0), IsEmpty());
  EXPECT_THAT(name_kernel("ampere_scudnn_winograd_128x128", 4.3), HasSubstr("the roof is"));
  EXPECT_THAT(name_kernel("ampere_scudnn_128x128", 4.0), HasSubstr("the roof is"));
  const auto hide_kernels = [](double part) {
    return defect([&](SpeedRecord& record) {
      record.kernels.reset();
      const double rate = network_rate(record) / 1e12;
      set_roofs(record, &RoofRecord::half_tflops, rate / part);
    });
  };
  EXPECT_THAT(hide_kernels(4.1), IsEmpty());
  EXPECT_THAT(hide_kernels(4.3), HasSubstr("the roof is"));
}

TEST(SpeedConsistency, OnlyTheTimeOfWinogradsKernelsMayBeShort) {
  const auto with_share = [](double share, double part) {
    return defect(
        [&](SpeedRecord& record) {
          const double all = record.own->network.median / 1.1;
          record.kernels.reset();
          auto& census = record.kernels.emplace();
          census.kernels = {sample::kernel("winograd", share * all),
                            sample::kernel(sample::kFp32Kernel, (1.0 - share) * all)};
          census.seconds = {{"as recorded", all}};
          const double rate = network_rate(record) / 1e12;
          set_roofs(record, &RoofRecord::fp32_tflops, rate / part);
        },
        "fp32");
  };
  EXPECT_THAT(with_share(0.5, 2.5), IsEmpty());
  EXPECT_THAT(with_share(0.5, 2.7), HasSubstr("the roof is"));
  EXPECT_THAT(with_share(0.001, 1.1), HasSubstr("the roof is"));
}

TEST(SpeedConsistency, TheSourcesProtocolAloneIsBoundedToo) {
  const auto with_part = [](double part) {
    return defect([&](SpeedRecord& record) {
      record.own.reset();
      record.kernels.reset();
      const double rate = record.image.convolution_flops * record.source->images_per_second / 1e12;
      set_roofs(record, &RoofRecord::half_tflops, rate / part);
    });
  };
  EXPECT_THAT(with_part(4.1), IsEmpty());
  EXPECT_THAT(with_part(4.3), HasSubstr("the roof is"));
}

TEST(SpeedConsistency, BothProtocolsTimeTheSameImage) {
  for (const double factor : {1.6, 1.0 / 1.6}) {
    const auto change = [&](SpeedRecord& record) {
      sample::set_seconds(*record.source, std::vector<double>(195, factor / 8.64));
    };
    EXPECT_THAT(defect(change), HasSubstr("by the source's protocol"));
  }
  EXPECT_THAT(defect([](SpeedRecord& record) {
                sample::set_seconds(*record.source, std::vector<double>(195, 1.4 / 8.64));
              }),
              IsEmpty());
}

TEST(SpeedConsistency, TheLibrariesHaveTheSwitchesThatWereAskedFor) {
  const auto with = [](const std::function<void(RunResult&)>& change, bool benchmark = false) {
    RunResult result = sample::speed();
    SpeedRecord record = sample::speed_record("fp16");
    record.setup.cudnn_benchmark = benchmark;
    if (benchmark) record.source.reset();
    change(result);
    return inconsistency(result, record);
  };
  const auto set_benchmark = [](RunResult& result) {
    result.environment.library->cudnn.benchmark = true;
  };
  EXPECT_THAT(with([](RunResult&) {}), IsEmpty());
  EXPECT_THAT(with(set_benchmark, true), IsEmpty());
  EXPECT_THAT(with(set_benchmark, false), HasSubstr("benchmark is on"));
  EXPECT_THAT(with([](RunResult&) {}, true), HasSubstr("benchmark is off"));
}

TEST(SpeedConsistency, KernelsTakeNoLongerThanTheImage) {
  const auto scale = [](double factor) {
    return defect([&](SpeedRecord& record) {
      record.own->network = record.own->image;
      const double all = factor * record.own->image.median / kernel_seconds(*record.kernels);
      for (auto& kernel : record.kernels->kernels) kernel.seconds *= all;
      for (auto& [kind, seconds] : record.kernels->seconds) seconds *= all;
    });
  };
  EXPECT_THAT(scale(1.09), IsEmpty());
  EXPECT_THAT(scale(1.11), HasSubstr("the kernels of an image take"));
}

TEST(SpeedConsistency, KernelsThatComputeTakeNoLongerThanTheNetworkAndTheRest) {
  const auto with = [](double factor, const char* name) {
    return defect([&](SpeedRecord& record) {
      const double timed = record.own->network.median + record.own->postprocess.median;
      record.kernels.reset();
      record.kernels.emplace().kernels = {sample::kernel(name, factor * timed, "aten::copy_")};
      record.kernels->seconds = {{"as recorded", factor * timed}};
    });
  };
  EXPECT_THAT(with(1.09, "elementwise_kernel"), IsEmpty());
  EXPECT_THAT(with(1.11, "elementwise_kernel"), HasSubstr("the kernels that compute take"));
  EXPECT_THAT(with(1.11, "Memcpy HtoD (Pageable -> Device)"), IsEmpty());
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
  record.roof_after.reset();
  EXPECT_THAT(inconsistency(on_cpu, record), HasSubstr("of a GPU on cpu")) << "clocks remain";
  record.source->clocks.reset();
  record.own->clocks.reset();
  EXPECT_THAT(inconsistency(on_cpu, record), IsEmpty());
}

}  // namespace
}  // namespace harness
