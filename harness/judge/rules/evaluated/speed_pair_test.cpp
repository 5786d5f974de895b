#include "harness/judge/rules/evaluated/speed_pair.h"

#include <functional>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/testing/speed_records.h"

namespace harness {
namespace {
using testing::HasSubstr;
using testing::IsEmpty;

/// FP32's result is broken, and the half one is not.
struct Pair {
  RunResult half = sample::speed("fp16");
  RunResult single = sample::speed("fp32");
  SpeedRecord timed = sample::speed_record("fp16");
  SpeedRecord reference = sample::speed_record("fp32");

  std::string mismatch(Policy policy = Policy::kFp16Master) const {
    return harness::mismatch({&half, timed, std::nullopt}, {&single, reference, std::nullopt},
                             policy);
  }
};

TEST(SpeedPair, TwoResultsOfOneProcessAreOneComparison) {
  EXPECT_THAT(Pair().mismatch(), IsEmpty());
}

TEST(SpeedPair, WhatDiffersIsNamed) {
  const std::pair<std::function<void(Pair&)>, const char*> changes[] = {
      {[](Pair& pair) { pair.reference.own.reset(); }, "one process"},
      {[](Pair& pair) { pair.reference.own->seconds[0][0] *= 1.001; }, "one process"},
      {[](Pair& pair) { pair.reference.setup.height = 512; }, "the setup"},
      {[](Pair& pair) { pair.reference.setup.width = 512; }, "the setup"},
      {[](Pair& pair) { pair.reference.setup.layout = "channels-last"; }, "the setup"},
      {[](Pair& pair) { pair.reference.setup.cudnn_benchmark = true; }, "the setup"},
      {[](Pair& pair) { pair.reference.setup.pinned = true; }, "the setup"},
      {[](Pair& pair) { pair.reference.setup.seed = 1; }, "the setup"},
      {[](Pair& pair) { pair.single.device = "cpu"; }, "the device"},
      {[](Pair& pair) { pair.single.environment.gpu.reset(); }, "names its GPU"},
      {[](Pair& pair) { pair.single.environment.gpu->name = "NVIDIA H100"; }, "the GPU"},
      {[](Pair& pair) { pair.single.environment.gpu->uuid_sha256_8 = "12345678"; }, "GPU's id"},
      {[](Pair& pair) { pair.single.environment.gpu->driver = "470.1"; }, "the driver"},
      {[](Pair& pair) { pair.single.environment.gpu->cuda = 11000; }, "CUDA"},
      {[](Pair& pair) { pair.single.environment.gpu->cudnn = 8000; }, "cuDNN"},
      {[](Pair& pair) { pair.single.environment.machine.hostname_sha256_8 = "0"; }, "the host"},
      {[](Pair& pair) { pair.single.environment.machine.cpu = "another"; }, "the processor"},
      {[](Pair& pair) { pair.single.environment.library->libtorch = "1.0"; }, "libraries"},
      {[](Pair& pair) { pair.single.environment.library->threads = 1; }, "libraries"},
      {[](Pair& pair) { pair.single.environment.library.reset(); }, "names its libraries"},
      {[](Pair& pair) { pair.single.environment.build.commit = "another"; }, "commit"},
      {[](Pair& pair) { pair.reference.image.convolution_flops *= 1.01; }, "operations"},
      {[](Pair& pair) { pair.reference.roof_before->fp32_tflops.best *= 10.0; }, "roof before"},
      {[](Pair& pair) { pair.reference.roof_after.reset(); }, "roof after"},
      {[](Pair& pair) { pair.reference.own->warmup_seconds = 2.0; }, "the warm-up"},
      {[](Pair& pair) { pair.reference.own->clocks->sm_mhz.median = 200.0; }, "of the clocks"}};
  for (const auto& [change, expected] : changes) {
    Pair pair;
    change(pair);
    EXPECT_THAT(pair.mismatch(), HasSubstr(expected));
  }
}

TEST(SpeedPair, TheNetworksSpeedUpIsThatOfItsTimes) {
  const auto with = [](double factor) {
    Pair pair;
    const auto& [low, high] =
        std::pair(pair.reference.own->network.low / pair.timed.own->network.high,
                  pair.reference.own->network.high / pair.timed.own->network.low);
    pair.timed.own->speedup->network_ratio = factor < 1.0 ? low * factor : high * factor;
    return pair.mismatch();
  };
  EXPECT_THAT(with(1.09), IsEmpty());
  EXPECT_THAT(with(1.11), HasSubstr("times as fast as FP32's"));
  EXPECT_THAT(with(1.0 / 1.09), IsEmpty());
  EXPECT_THAT(with(1.0 / 1.11), HasSubstr("times as fast as FP32's"));
}

TEST(SpeedPair, MasterWeightsAreHalfAndThoseOfAutocastAreNot) {
  Pair pair;
  pair.reference.image.weights_bytes = 200;
  pair.timed.image.weights_bytes = 119;
  EXPECT_THAT(pair.mismatch(), IsEmpty());
  pair.timed.image.weights_bytes = 120;
  EXPECT_THAT(pair.mismatch(), HasSubstr("120 bytes of weights beside 200"));
  for (const Policy policy : {Policy::kFp16Amp, Policy::kBf16Amp}) {
    pair.timed.image.weights_bytes = 200;
    EXPECT_THAT(pair.mismatch(policy), IsEmpty());
    pair.timed.image.weights_bytes = 100;
    EXPECT_THAT(pair.mismatch(policy), HasSubstr("as many"));
  }
}

}  // namespace
}  // namespace harness
