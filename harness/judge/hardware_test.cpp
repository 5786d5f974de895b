#include "harness/judge/hardware.h"

#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/testing/sample_row.h"

namespace harness {
namespace {

using testing::HasSubstr;

using testing::IsEmpty;

constexpr std::int64_t kGiB = 1LL << 30;

TEST(Hardware, AShortNameNamesTheCardInAnyForm) {
  for (const auto* name : {"Tesla V100-SXM2-16GB", "Tesla V100-PCIE-32GB", "NVIDIA V100", "v100"}) {
    EXPECT_TRUE(names_hardware("V100", name, 0)) << name;
    EXPECT_TRUE(names_hardware("NVIDIA Tesla V100 GPU", name, 0)) << name;
  }
  EXPECT_TRUE(names_hardware("H100", "NVIDIA H100 80GB HBM3", 0));
  EXPECT_TRUE(names_hardware("RTX 3090", "NVIDIA GeForce RTX 3090", 0));
}

TEST(Hardware, APartOfAWordIsNoName) {
  EXPECT_FALSE(names_hardware("A10", "NVIDIA A100-SXM4-80GB", 0));
  EXPECT_FALSE(names_hardware("A100", "NVIDIA A10", 0));
  EXPECT_FALSE(names_hardware("100", "Tesla V100-SXM2-16GB", 0));
  EXPECT_FALSE(names_hardware("H200", "NVIDIA GH200 480GB", 0));
}

TEST(Hardware, AnotherModelOfTheSeriesIsAnotherCard) {
  EXPECT_FALSE(names_hardware("RTX 3090", "NVIDIA GeForce RTX 3090 Ti", 0));
  EXPECT_FALSE(names_hardware("RTX 3090 Ti", "NVIDIA GeForce RTX 3090", 0));
  EXPECT_FALSE(names_hardware("A100", "NVIDIA A100-SXM4-40GB MIG 1g.5gb", 0));
}

TEST(Hardware, AFormOrSizeThatIsStatedMustBeThere) {
  EXPECT_TRUE(names_hardware("V100-SXM2-32GB", "Tesla V100-SXM2-32GB", 0));
  EXPECT_TRUE(names_hardware("V100 32 GB", "Tesla V100-SXM2-32GB", 0));
  EXPECT_FALSE(names_hardware("V100-SXM2", "Tesla V100-PCIE-16GB", 0));
  EXPECT_FALSE(names_hardware("V100 32GB", "Tesla V100-SXM2-16GB", 32 * kGiB));
}

TEST(Hardware, ASizeThatTheNameDoesNotSayIsMeasured) {
  EXPECT_TRUE(names_hardware("H200 141GB", "NVIDIA H200", 150754820096));
  EXPECT_FALSE(names_hardware("V100 32GB", "NVIDIA V100", 16 * kGiB));
  EXPECT_FALSE(names_hardware("V100 32GB", "NVIDIA V100", 0));
}

TEST(Hardware, SeveralCardsAreNotOne) {
  EXPECT_FALSE(names_hardware("4x V100", "Tesla V100-SXM2-16GB", 0));
  EXPECT_TRUE(names_hardware("1x V100", "Tesla V100-SXM2-16GB", 0));
}

TEST(Hardware, ProcessorsAreNamedWithoutCoresAndClock) {
  EXPECT_TRUE(names_hardware("amd epyc 7763", "AMD EPYC 7763 64-Core Processor", 0));
  EXPECT_TRUE(
      names_hardware("Xeon Platinum 8370C", "Intel(R) Xeon(R) Platinum 8370C CPU @ 2.80GHz", 0));
  EXPECT_FALSE(names_hardware("EPYC 776", "AMD EPYC 7763 64-Core Processor", 0));
  EXPECT_FALSE(names_hardware("AMD EPYC", "AMD EPYC 7763 64-Core Processor", 0));
  EXPECT_FALSE(names_hardware("2 CPU cores", "AMD EPYC", 0));
}

TEST(Hardware, NothingNamesNothing) {
  for (const auto* empty : {"", "  ", "NVIDIA GPU", "-"}) {
    EXPECT_FALSE(names_hardware(empty, "NVIDIA A100", 0)) << empty;
    EXPECT_FALSE(names_hardware("A100", empty, 0)) << empty;
    EXPECT_FALSE(names_hardware(empty, empty, 0)) << empty;
  }
}

RunResult on_processor(const char* name, std::int64_t cores, std::int64_t threads) {
  RunResult result;
  result.device = "cpu";
  result.environment.machine.cpu = name;
  result.environment.machine.cores = cores;
  result.environment.library.emplace().threads = threads;
  return result;
}

TEST(Hardware, AProcessorIsItsModelAndItsCores) {
  const Json published = {{"hardware", "EPYC 7763"}, {"cores", 2}};
  const auto* name = "AMD EPYC 7763 64-Core Processor";
  EXPECT_EQ(unfit_hardware(published, on_processor(name, 2, 2)), "");
  EXPECT_EQ(unfit_hardware({{"hardware", "EPYC 7763"}}, on_processor(name, 8, 1)), "");
  EXPECT_EQ(unfit_hardware(published, on_processor(name, 8, 8)),
            "published for 2 cores, this is 8 threads on 8 cores");
  EXPECT_THAT(unfit_hardware(published, on_processor(name, 2, 1)), HasSubstr("1 thread"));
  EXPECT_THAT(unfit_hardware(published, on_processor("AMD EPYC 7742", 2, 2)),
              HasSubstr("published for EPYC 7763"));
}

TEST(Hardware, AFamilyOfProcessorsIsNoModel) {
  RunResult result = on_processor("AMD EPYC", 2, 2);
  result.environment.gpu.emplace().name = "Tesla V100-SXM2-16GB";
  const Json family = {{"hardware", "AMD EPYC"}, {"cores", 2}};
  EXPECT_EQ(unnamed_hardware(family, result),
            "published for AMD EPYC, a kind of hardware and no model; this is AMD EPYC");
  result.device = "cuda";
  EXPECT_THAT(unnamed_hardware(family, result), HasSubstr("no model"));
}

TEST(Hardware, ACountOfCoresIsNoModel) {
  for (const char* nothing : {"2 CPU cores", "2 cores", "64-Core Processor", "CPU", "GPU", "-"}) {
    for (const char* device : {"cpu", "cuda"}) {
      RunResult result = on_processor(nothing, 2, 2);
      result.device = device;
      EXPECT_THAT(unnamed_hardware({{"hardware", nothing}}, result), HasSubstr("no model"))
          << nothing << ", " << device;
    }
  }
}

TEST(Hardware, AModelIsNamed) {
  RunResult result = on_processor("AMD EPYC", 2, 2);
  EXPECT_EQ(unnamed_hardware({{"hardware", "AMD EPYC 7763 64-Core"}, {"cores", 2}}, result), "");
  EXPECT_EQ(unnamed_hardware({{"hardware", "V100"}}, result), "");
  result.device = "cuda";
  EXPECT_EQ(unnamed_hardware({{"hardware", "TITAN RTX"}}, result), "");
}

TEST(Hardware, TheGpuCountsOnlyWhereItComputed) {
  RunResult result = on_processor("AMD EPYC", 2, 2);
  const Json published = {{"hardware", "V100"}};
  result.environment.gpu.emplace().name = "Tesla V100-SXM2-16GB";
  result.environment.gpu->driver = "580.65.06";
  EXPECT_EQ(unfit_hardware(published, result), "published for V100, this is AMD EPYC");
  result.device = "cuda";
  EXPECT_EQ(unfit_hardware(published, result), "");
  result.environment.gpu.reset();
  EXPECT_EQ(unfit_hardware(published, result), "published for V100, this is unknown hardware");
}

TEST(Hardware, ASourceThatSaysNothingNamesNothing) {
  for (const Json& silent : {Json::object(), Json({{"hardware", ""}}), Json({{"hardware", 2}})}) {
    const RunResult result = on_processor("AMD EPYC 7763", 2, 2);
    EXPECT_THAT(unnamed_hardware(silent, result), HasSubstr("does not say"));
    EXPECT_NE(unfit_hardware(silent, result), "");
  }
}

TEST(Hardware, OneKindMayBeSeveralMachines) {
  const auto other = [](const std::function<void(RunResult&)>& change) {
    RunResult one = sample::result("train", "fp32", Json());
    one.device = "cuda";
    one.environment.gpu.emplace().name = "Tesla V100-SXM2-16GB";
    RunResult changed = one;
    change(changed);
    return !other_kind_of_machine(changed, one).empty();
  };
  EXPECT_FALSE(
      other([](RunResult& result) { result.environment.machine.hostname_sha256_8 = "0"; }));
  EXPECT_FALSE(other([](RunResult& result) { result.environment.gpu->uuid_sha256_8 = "0"; }));
  EXPECT_TRUE(other([](RunResult& result) { result.environment.gpu->name = "NVIDIA A10"; }));
  EXPECT_TRUE(other([](RunResult& result) { result.environment.library->libtorch = "0"; }));
  EXPECT_TRUE(other([](RunResult& result) { result.environment.build.commit = "0"; }));
  EXPECT_TRUE(other([](RunResult& result) { result.device = "cpu"; }));
}

GpuRecord a10() {
  GpuRecord gpu;
  gpu.name = "NVIDIA A10";
  gpu.uuid_sha256_8 = "0123abcd";
  gpu.compute_capability = "8.6";
  gpu.cuda = 13000;
  gpu.cudnn = 91900;
  gpu.driver = "580.65.06";
  return gpu;
}

TEST(Hardware, ASettingIsThatOfTheOther) {
  auto one = sample::evaluate("fp16");
  EXPECT_THAT(other_setting(one, sample::evaluate("fp32")), IsEmpty());
  const std::pair<const char*, void (*)(RunResult&)> kinds[] = {
      {"device", [](auto& result) { result.device = "cuda"; }},
      {"gpu", [](auto& result) { result.environment.gpu.emplace().name = "A10"; }},
      {"build/commit is \"\", and that of the other is \"another\"",
       [](auto& result) { result.environment.build.commit = "another"; }},
      {"build/compiler", [](auto& result) { result.environment.build.compiler = "another"; }},
      {"library/libtorch", [](auto& result) { result.environment.library->libtorch = "2.0.0"; }},
      {"library/opencv", [](auto& result) { result.environment.library->opencv = "5.0.0"; }},
      {"library/threads", [](auto& result) { result.environment.library->threads = 3; }},
      {"library/convolution_kernel",
       [](auto& result) { result.environment.library->convolution_kernel = "cudnn 91900"; }},
      {"library", [](auto& result) { result.environment.library.reset(); }}};
  for (const auto& [what, change] : kinds) {
    auto other = sample::evaluate("fp32");
    change(other);
    EXPECT_THAT(other_setting(one, other), HasSubstr(what));
    EXPECT_NE(other_setting(other, one), "") << what;
  }
}

TEST(Hardware, ASettingOnAGpuIsThatOfTheOther) {
  const GpuRecord gpu = a10();
  auto one = sample::evaluate("fp16");
  one.environment.gpu = gpu;
  const std::pair<const char*, void (*)(GpuRecord&)> kinds[] = {
      {"gpu/name", [](auto& other) { other.name = "NVIDIA A100"; }},
      {"gpu/cudnn is 91900, and that of the other is 91000",
       [](auto& other) { other.cudnn = 91000; }},
      {"gpu/cuda", [](auto& other) { other.cuda = 12000; }},
      {"gpu/driver", [](auto& other) { other.driver = "570.1"; }},
      {"gpu/compute_capability", [](auto& other) { other.compute_capability = "7.5"; }},
      {"", [](auto& other) { other.uuid_sha256_8 = "another card"; }}};
  for (const auto& [what, change] : kinds) {
    auto other = sample::evaluate("fp32");
    other.environment.gpu = gpu;
    change(*other.environment.gpu);
    const std::string why = other_setting(one, other);
    EXPECT_THAT(why, *what == '\0' ? testing::Matcher<std::string>(IsEmpty())
                                   : testing::Matcher<std::string>(HasSubstr(what)));
  }
}

TEST(Hardware, ASettingOnAGpuIsThatOfAnyHost) {
  auto one = sample::evaluate("fp16");
  auto other = one;
  other.environment.machine.hostname_sha256_8 = "another";
  EXPECT_THAT(other_setting(one, other), IsEmpty());
  LibraryRecord& library = *other.environment.library;
  library.threads = library.interop_threads = 7;
  library.cpu_capability = "AVX2";
  EXPECT_THAT(other_setting(one, other), HasSubstr("library"));
  one.device = other.device = "cuda";
  EXPECT_THAT(other_setting(one, other), IsEmpty());
  library.cudnn.benchmark = true;
  EXPECT_THAT(other_setting(one, other), HasSubstr("library/cudnn/benchmark"));
}

TEST(Hardware, AGpuComputesWithTheSwitchesOfEveryWorker) {
  const auto with = [](const std::function<void(RunResult&)>& change) {
    RunResult result = sample::result("memory", "fp32", Json());
    result.device = "cuda";
    result.environment.gpu = a10();
    result.environment.library->libtorch = "2.11.0";
    result.environment.library->cudnn.enabled = true;
    change(result);
    return other_switches(result);
  };
  EXPECT_EQ(with([](RunResult&) {}), "");
  EXPECT_THAT(with([](RunResult& result) { result.environment.gpu.reset(); }), HasSubstr("GPU"));
  EXPECT_THAT(with([](RunResult& result) { result.environment.library.reset(); }),
              HasSubstr("libraries"));
  EXPECT_THAT(with([](RunResult& result) { result.environment.library->cudnn.enabled = false; }),
              HasSubstr("without cuDNN"));
  EXPECT_THAT(with([](RunResult& result) { result.environment.library->libtorch = ""; }),
              HasSubstr("LibTorch"));
  const std::pair<const char*, void (*)(GpuRecord&)> nameless[] = {
      {"no name", [](auto& gpu) { gpu.name = ""; }},
      {"a compute capability", [](auto& gpu) { gpu.compute_capability = ""; }},
      {"a CUDA", [](auto& gpu) { gpu.cuda = 0; }},
      {"a cuDNN", [](auto& gpu) { gpu.cudnn = 0; }}};
  for (const auto& [text, change] : nameless) {
    const auto without = [change = change](RunResult& result) { change(*result.environment.gpu); };
    EXPECT_THAT(with(without), HasSubstr(text));
  }
  EXPECT_THAT(with([](RunResult& result) { result.environment.library->tf32.cublas = true; }),
              HasSubstr("TF32"));
  EXPECT_THAT(with([](RunResult& result) { result.environment.library->tf32.cudnn = true; }),
              HasSubstr("TF32"));
  EXPECT_EQ(with([](RunResult& result) {
              result.device = "cpu";
              result.environment.gpu.reset();
              result.environment.library->cudnn.enabled = false;
            }),
            "");
}

TEST(Hardware, ADriverWithoutAVersionIsUnfitForNumbersThatDependOnIt) {
  RunResult result = sample::result("evaluate", "fp16", Json());
  EXPECT_EQ(unnamed_driver(result), "") << "no driver computes on a CPU";
  result.device = "cuda";
  EXPECT_NE(unnamed_driver(result), "") << "no GPU";
  result.environment.gpu = a10();
  result.environment.library->libtorch = "2.11.0";
  result.environment.library->cudnn.enabled = true;
  const Json conditions = {{"hardware", "A10"}};
  EXPECT_EQ(unnamed_driver(result), "");
  EXPECT_EQ(unfit_hardware(conditions, result), "");
  result.environment.gpu->driver = "";
  EXPECT_THAT(unfit_hardware(conditions, result), HasSubstr("version of the driver"));
  EXPECT_EQ(other_switches(result), "") << "what it computed is the same";
}

}  // namespace
}  // namespace harness
