#include "harness/judge/rules/evaluated/speed_claims.h"

#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/judge/rules/evaluated/hardware_claims.h"
#include "harness/judge/rules/evaluated/row_model.h"
#include "harness/judge/speed_consistency.h"
#include "harness/testing/speed_cases.h"

namespace harness {
namespace {

using namespace sample::speed_cases;
using sample::Case;
using testing::HasSubstr;

TEST(TimedFps, TheSourcesProtocolOnTheSourcesHardwareDecides) {
  const auto finding = fps().judge(judge_fps);
  EXPECT_EQ(finding.verdict, Verdict::kPass);
  EXPECT_NEAR(finding.measured.get<double>(), 8.64, 1e-9);
  EXPECT_EQ(finding.precision, "fp16");
  EXPECT_THAT(finding.reason, HasSubstr("by the source's protocol in fp16 on Tesla V100"));
  EXPECT_EQ(fps(7.0).judge(judge_fps).verdict, Verdict::kFail);
}

TEST(TimedFps, AnEvaluationDoesNotMakeUpForATimingThatFailed) {
  Case sample = fps();
  sample.results.push_back(sample::evaluate());
  sample.results[0].status = RunStatus::kError;
  sample.results[0].reason = "killed";
  EXPECT_EQ(sample.judge(judge_fps).verdict, Verdict::kFail);
  sample.results.erase(sample.results.begin());
  sample.scope.stages = {"evaluate", "speed"};
  EXPECT_EQ(sample.judge(judge_fps).verdict, Verdict::kFail);
  EXPECT_FALSE(sample.judge(judge_fps).compared);
  Case evaluated;
  evaluated.claim = sample.claim;
  evaluated.scope.stages = {"evaluate"};
  EXPECT_EQ(evaluated.judge(judge_fps).measured, 12.5)
      << "the evaluation's, where no speed was asked";
}

TEST(TimedFps, OtherHardwareSizesAndLayoutsAreUnfit) {
  Case sample = fps();
  sample.results[0].environment.gpu->name = "NVIDIA H100 80GB HBM3";
  EXPECT_EQ(sample.judge(judge_fps).verdict, Verdict::kUnfit);
  EXPECT_NEAR(sample.judge(judge_fps).measured.get<double>(), 8.64, 1e-9);
  sample = fps();
  change(sample, halve_height);
  EXPECT_EQ(sample.judge(judge_fps).verdict, Verdict::kUnfit);
  sample = fps();
  change(sample, [](SpeedRecord& record) { record.setup.layout = "channels-last"; });
  EXPECT_EQ(sample.judge(judge_fps).verdict, Verdict::kUnfit);
}

TEST(TimedFps, FewerImagesThanTheProtocolHasDecideNothing) {
  Case sample = fps();
  change(sample, [](SpeedRecord& record) {
    sample::set_seconds(*record.source, std::vector<double>(100, 1.0 / 8.64));
  });
  EXPECT_EQ(sample.judge(judge_fps).verdict, Verdict::kAmbiguous);
  EXPECT_THAT(sample.judge(judge_fps).reason, HasSubstr("100 images"));
}

TEST(TimedFps, WithoutTheSourcesProtocolNothingWasMeasured) {
  Case sample = fps();
  change(sample, [](SpeedRecord& record) { record.source.reset(); });
  EXPECT_EQ(sample.judge(judge_fps).verdict, Verdict::kFail);
  EXPECT_FALSE(sample.judge(judge_fps).compared);
  // Which leaves it out by design: LibTorch keeps the algorithms that it found.
  change(sample, [](SpeedRecord& record) { record.setup.cudnn_benchmark = true; });
  EXPECT_EQ(sample.judge(judge_fps).verdict, Verdict::kUnfit);
}

Case ratio(double value = 3.25) {
  Case sample = timed(sample::claim("fps.ratio", "evaluated", value, 2));
  sample.claim.tolerance = Tolerance{0.0, 0.1, "two printed numbers"};
  return sample;
}

TEST(Speedup, AsManyTimesAsFastOrMorePasses) {
  const auto finding = ratio().judge(judge_speedup);
  EXPECT_EQ(finding.verdict, Verdict::kPass);
  EXPECT_NEAR(finding.measured.get<double>(), 3.25, 0.01);
  EXPECT_THAT(finding.reason, HasSubstr("fp16 against fp32"));
  EXPECT_EQ(ratio(1.0).judge(judge_speedup).verdict, Verdict::kPass);
  EXPECT_EQ(ratio(3.7).judge(judge_speedup).verdict, Verdict::kFail);
  EXPECT_THAT(ratio(3.7).judge(judge_speedup).tolerance.at("reason").get<std::string>(),
              testing::StartsWith("two printed numbers"));
}

TEST(Speedup, AnIntervalAcrossTheBoundIsAmbiguous) {
  Case sample = ratio();
  change(sample, [](SpeedRecord& record) {
    sample::set_times(*record.own, {{0.06}, {0.14}, {0.06}, {0.14}, {0.11}});
    sample::set_reference(*record.own, record.own->speedup->reference_seconds);
    record.kernels.reset();
  });
  EXPECT_EQ(sample.judge(judge_speedup).verdict, Verdict::kAmbiguous);
}

TEST(Speedup, OneRoundHasNoInterval) {
  Case sample = ratio();
  change(sample, [](SpeedRecord& record) {
    sample::set_times(*record.own, {{0.1157}});
    sample::set_reference(*record.own, {{0.376}});
  });
  change(
      sample, [](SpeedRecord& record) { sample::set_times(*record.own, {{0.376}}); }, 1);
  EXPECT_EQ(sample.judge(judge_speedup).verdict, Verdict::kFail);
  EXPECT_FALSE(sample.judge(judge_speedup).compared);
}

TEST(Speedup, AnyGpuWithHalfTensorCoresIsFit) {
  Case sample = ratio();
  for (auto& result : sample.results) result.environment.gpu->name = "NVIDIA H100 80GB HBM3";
  sample.results[0].environment.gpu->compute_capability = "9.0";
  EXPECT_EQ(sample.judge(judge_speedup).verdict, Verdict::kPass);
  sample.results[0].environment.gpu->compute_capability = "10.0";
  EXPECT_EQ(sample.judge(judge_speedup).verdict, Verdict::kPass);
  sample.results[0].environment.gpu->compute_capability = "6.1";
  EXPECT_EQ(sample.judge(judge_speedup).verdict, Verdict::kUnfit);
  sample.results[0].environment.gpu->compute_capability = "";
  EXPECT_EQ(sample.judge(judge_speedup).verdict, Verdict::kFail);
  EXPECT_FALSE(sample.judge(judge_speedup).compared);
}

void expect_unmeasured(const Case& sample, const std::string& reason) {
  const auto finding = sample.judge(judge_speedup);
  EXPECT_EQ(finding.verdict, Verdict::kFail) << finding.reason;
  EXPECT_FALSE(finding.compared);
  EXPECT_THAT(finding.reason, HasSubstr(reason));
}

TEST(Speedup, Fp32sOwnResultHasTheReferencesTimes) {
  Case sample = ratio();
  change(
      sample,
      [](SpeedRecord& record) {
        sample::set_times(*record.own, {{0.375}, {0.375}, {0.375}, {0.375}, {0.375}});
      },
      1);
  expect_unmeasured(sample, "one process");
  sample.results[1].started = "2026-11-27T18:00:00Z";
  expect_unmeasured(sample, "one process");
}

TEST(Speedup, WithoutFp32sOwnResultThereIsNoComparison) {
  Case sample = ratio();
  sample.results.pop_back();
  EXPECT_EQ(sample.judge(judge_speedup).verdict, Verdict::kFail);
  EXPECT_EQ(sample.judge(judge_speedup).precision, "fp32");
  sample.scope.precisions = {"fp16"};
  EXPECT_EQ(sample.judge(judge_speedup).verdict, Verdict::kSkipped);
  Case broken = ratio();
  broken.results[1].status = RunStatus::kError;
  broken.results[1].reason = "killed";
  EXPECT_EQ(broken.judge(judge_speedup).verdict, Verdict::kFail);
  Case contradicting = ratio();
  change(
      contradicting, [](SpeedRecord& record) { record.own->images_per_second *= 2.0; }, 1);
  expect_unmeasured(contradicting, "contradicts itself");
}

TEST(Speedup, ResultsOfTwoSetupsAreNotOneComparison) {
  Case sample = ratio();
  change(
      sample, [](SpeedRecord& record) { record.setup.pinned = true; }, 1);
  expect_unmeasured(sample, "the setup");
}

TEST(Speedup, FewerThanFiveRoundsAreAmbiguous) {
  for (const double value : {1.0, 9.0}) {
    Case sample = ratio(value);
    const Blocks reference = {{0.376}, {0.376}, {0.377}, {0.376}};
    change(sample, [&](SpeedRecord& record) {
      sample::set_times(*record.own, {{0.1157}, {0.1157}, {0.1158}, {0.1157}});
      sample::set_reference(*record.own, reference);
    });
    change(
        sample, [&](SpeedRecord& record) { sample::set_times(*record.own, reference); }, 1);
    const auto finding = sample.judge(judge_speedup);
    EXPECT_EQ(finding.verdict, Verdict::kAmbiguous) << finding.reason;
    EXPECT_THAT(finding.reason, HasSubstr("4 rounds"));
  }
}

void change_both(Case& sample, const std::function<void(SpeedRecord&)>& how) {
  for (const std::size_t result : {0U, 1U}) change(sample, how, result);
}

TEST(Speedup, WhatIsUnfitForFpsIsUnfitForItsRatio) {
  const std::function<void(SpeedRecord&)> setups[] = {
      [](SpeedRecord& record) { record.setup.layout = "channels-last"; },
      [](SpeedRecord& record) {
        record.setup.cudnn_benchmark = true;
        record.source.reset();
      },
      [](SpeedRecord& record) { record.setup.pinned = true; }, halve_height};
  for (const auto& setup : setups) {
    for (Case sample : {ratio(), fps()}) {
      sample.claim.conditions["resolution"] = {1024, 2048};
      change_both(sample, setup);
      const auto finding = sample.judge(sample.claim.id == "fps" ? judge_fps : judge_speedup);
      EXPECT_EQ(finding.verdict, Verdict::kUnfit) << finding.reason;
    }
  }
  const Json others = {{"batch_size", 8},
                       {"gpus", 4},
                       {"backend", "TensorRT"},
                       {"mode", "FP32"},
                       {"stage", "train"}};
  for (const auto& [key, value] : others.items()) {
    Case sample = ratio();
    sample.claim.conditions[key] = value;
    EXPECT_EQ(sample.judge(judge_speedup).verdict, Verdict::kUnfit) << key;
  }
}

TEST(Speedup, ACpuIsUnfitWithTheNumberBesideIt) {
  Case sample = ratio();
  for (auto& result : sample.results) move_to_cpu(result);
  const auto finding = sample.judge(judge_speedup);
  EXPECT_EQ(finding.verdict, Verdict::kUnfit) << finding.reason;
  EXPECT_NEAR(finding.measured.get<double>(), 3.25, 0.01);
}

TEST(Speedup, AGpuThatIsColdOrWhoseDriverNobodyNamesDecidesNothing) {
  Case cold = ratio();
  for (const std::size_t result : {0U, 1U}) {
    change(
        cold, [](SpeedRecord& record) { record.own->warmup_seconds = 0.9; }, result);
  }
  EXPECT_EQ(cold.judge(judge_speedup).verdict, Verdict::kAmbiguous);
  for (Case sample : {ratio(), fps()}) {
    for (auto& result : sample.results) result.environment.gpu->driver = "";
    const auto finding = sample.judge(sample.claim.id == "fps" ? judge_fps : judge_speedup);
    EXPECT_EQ(finding.verdict, Verdict::kUnfit) << finding.reason;
    EXPECT_FALSE(finding.measured.is_null());
  }
}

TEST(Speedup, KernelsOfAnotherNetworkMakeItAmbiguous) {
  const auto thin_out = [](SpeedRecord& record) {
    for (auto& kernel : record.kernels->kernels) kernel.seconds *= 0.6;
    for (auto& [kind, seconds] : record.kernels->seconds) seconds *= 0.6;
  };
  for (const std::size_t result : {0U, 1U}) {
    Case sample = ratio();
    change(sample, thin_out, result);
    EXPECT_EQ(sample.judge(judge_speedup).verdict, Verdict::kAmbiguous);
  }
  Case source = fps();
  change(source, thin_out);
  EXPECT_EQ(source.judge(judge_fps).verdict, Verdict::kAmbiguous);
}

TEST(Speedup, WhatSlowsTheGpuDownMakesItAmbiguous) {
  const std::function<void(ClocksRecord&)> disturbances[] = {
      [](ClocksRecord& clocks) { clocks.reasons["software power cap"] = 12; },
      [](ClocksRecord& clocks) { clocks.reasons["not told"] = 1; },
      [](ClocksRecord& clocks) { clocks.reasons["gpu idle"] = clocks.samples / 2 + 1; },
      [](ClocksRecord& clocks) {
        clocks.samples = 1;
        clocks.reasons.clear();
      },
      [](ClocksRecord& clocks) { clocks.sm_mhz = {}; },
      [](ClocksRecord& clocks) {
        clocks.sm_mhz = {200.0, 200.0, 1980.0};
      },
      [](ClocksRecord& clocks) { clocks.memory_mhz = {}; },
      [](ClocksRecord& clocks) { clocks.temperature_c = {}; },
      [](ClocksRecord& clocks) { clocks.other_processes = 1; },
      [](ClocksRecord& clocks) { clocks.other_processes.reset(); }};
  for (const double value : {1.0, 9.0}) {
    for (const auto& disturb : disturbances) {
      Case sample = ratio(value);
      for (const std::size_t result : {0U, 1U}) {
        change(
            sample, [&](SpeedRecord& record) { disturb(*record.own->clocks); }, result);
      }
      EXPECT_EQ(sample.judge(judge_speedup).verdict, Verdict::kAmbiguous);
      Case source = fps(value);
      change(source, [&](SpeedRecord& record) { disturb(*record.source->clocks); });
      EXPECT_EQ(source.judge(judge_fps).verdict, Verdict::kAmbiguous);
    }
    Case unwatched = ratio(value);
    for (const std::size_t result : {0U, 1U}) {
      change(
          unwatched, [](SpeedRecord& record) { record.own->clocks.reset(); }, result);
    }
    EXPECT_EQ(unwatched.judge(judge_speedup).verdict, Verdict::kAmbiguous);
  }
}

TEST(TimedFps, ProtocolsThatDisagreeOnACpuDecideNothing) {
  const auto verdict_of = [](double factor) {
    Case sample = fps(8.64 / factor);
    sample.claim.conditions["hardware"] = "AMD EPYC 7763";
    move_to_cpu(sample.results[0]);
    change(sample, [&](SpeedRecord& record) {
      sample::set_seconds(*record.source, std::vector<double>(195, factor / 8.64));
    });
    return sample.judge(judge_fps).verdict;
  };
  EXPECT_EQ(verdict_of(1.0), Verdict::kPass);
  EXPECT_EQ(verdict_of(1.4), Verdict::kPass);
  EXPECT_EQ(verdict_of(1.0 / 1.4), Verdict::kPass);
  EXPECT_EQ(verdict_of(1.6), Verdict::kAmbiguous);
  EXPECT_EQ(verdict_of(1.0 / 549.0), Verdict::kAmbiguous);
}

TEST(Speedup, ASpeedThatNoRoofBoundsDecidesNothing) {
  // One process measures the roofs, for both of its results.
  const auto verdict_of = [](const std::function<void(SpeedRecord&)>& how, double value) {
    Case sample = ratio(value);
    change(sample, how);
    change(
        sample,
        [&](SpeedRecord& record) {
          const auto half = measurements_of<SpeedRecord>(sample.results[0]);
          record.roof_before = half.roof_before;
          record.roof_after = half.roof_after;
          if (!half.kernels) record.kernels.reset();
        },
        1);
    return sample.judge(judge_speedup).verdict;
  };
  const auto lower_roof = [](double part, bool has_census) {
    return [=](SpeedRecord& record) {
      const double rate = network_rate(record) / 1e12;
      record.roof_before->half_tflops = {rate / part, rate / part, 5};
      record.roof_before->fp32_tflops = {rate / part / 3.0, rate / part / 3.0, 5};
      record.roof_after = record.roof_before;
      if (!has_census) record.kernels.reset();
    };
  };
  const auto remove_roofs = [](SpeedRecord& record) {
    record.roof_before.reset();
    record.roof_after.reset();
  };
  for (const double value : {1.0, 9.0}) {
    EXPECT_EQ(verdict_of(remove_roofs, value), Verdict::kAmbiguous);
    EXPECT_EQ(verdict_of(lower_roof(4.1, false), value), Verdict::kAmbiguous);
  }
  EXPECT_EQ(verdict_of(lower_roof(1.0, false), 1.0), Verdict::kPass);
  EXPECT_EQ(verdict_of(lower_roof(4.1, true), 1.0), Verdict::kFail);
  Case source = fps();
  change(source, lower_roof(4.1, false));
  EXPECT_EQ(source.judge(judge_fps).verdict, Verdict::kAmbiguous);
  change(source, remove_roofs);
  EXPECT_EQ(source.judge(judge_fps).verdict, Verdict::kAmbiguous);
}

TEST(Speedup, WithoutAComparisonNothingWasMeasured) {
  Case sample = ratio();
  change(sample, [](SpeedRecord& record) { record.own.reset(); });
  EXPECT_EQ(sample.judge(judge_speedup).verdict, Verdict::kFail);
  EXPECT_FALSE(sample.judge(judge_speedup).compared);
  sample.claim.value = nullptr;
  sample.results = ratio().results;
  EXPECT_EQ(sample.judge(judge_speedup).verdict, Verdict::kNotVerifiable);
  EXPECT_FALSE(sample.judge(judge_speedup).measured.is_null());
}

TEST(Speed, ARecordOfAnotherModelProvesNothing) {
  const std::function<void(SpeedRecord&)> others[] = {
      [](SpeedRecord& record) { record.image.convolution_flops *= 0.5; },
      [](SpeedRecord& record) { record.image.weights_bytes += 2; },
      [](SpeedRecord& record) { record.image.logits_elements *= 2; },
      // The times of another size than the record tells.
      [](SpeedRecord& record) { record.setup.height = record.setup.width; }};
  for (const auto& other : others) {
    for (Case sample : {fps(), ratio()}) {
      change(sample, other);
      const auto finding = sample.judge(sample.claim.id == "fps" ? judge_fps : judge_speedup);
      EXPECT_EQ(finding.verdict, Verdict::kFail);
      EXPECT_FALSE(finding.compared);
      EXPECT_THAT(finding.reason, HasSubstr("the row's model"));
    }
    Case reference = ratio();
    change(reference, other, 1);
    EXPECT_EQ(reference.judge(judge_speedup).verdict, Verdict::kFail);
  }
  Case row = fps();
  row.row.model = {{"decode_head", {{"num_classes", 20}}}};
  EXPECT_EQ(row.judge(judge_fps).verdict, Verdict::kFail);
}

}  // namespace
}  // namespace harness
