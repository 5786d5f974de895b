#include "harness/judge/rules/file/config_agreement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/testing/sample_row.h"

namespace harness {
namespace {

using testing::HasSubstr;

struct Agreeing {
  Agreeing() {
    row.model = {{"backbone", {{"depth", 50}, {"base_channels", 8}}},
                 {"decode_head", {{"channels", 32}}}};
  }
  Finding judge() const { return judge_config(checkpoint, row); }

  Row row = sample::row();
  CheckpointRecord checkpoint = sample::checkpoint();
};

TEST(ConfigAgreement, EveryFactThatBothStateIsCompared) {
  const auto finding = Agreeing().judge();
  EXPECT_EQ(finding.verdict, Verdict::kPass) << finding.reason;
  // depth, base_channels, channels, the head of the method; policy, loss scale; lr, iterations,
  // batch, crop.
  EXPECT_EQ(finding.measured, "10 facts");
}

TEST(ConfigAgreement, AChannelCountOfAnotherModelIsAContradiction) {
  Agreeing sample;
  sample.row.model["decode_head"]["channels"] = 512;
  const auto finding = sample.judge();
  EXPECT_EQ(finding.verdict, Verdict::kFail);
  EXPECT_EQ(finding.measured, "1 contradiction");
  EXPECT_EQ(finding.reason, "decode_head.channels: suite says 512, config says 32");
}

TEST(ConfigAgreement, AnotherMethodIsAContradiction) {
  Agreeing sample;
  sample.row.method = "PSPNet";
  EXPECT_EQ(sample.judge().verdict, Verdict::kFail);
  EXPECT_THAT(sample.judge().reason, HasSubstr("PSPHead"));
}

TEST(ConfigAgreement, AnFp32ConfigIsNotOfAHalfTrainedRow) {
  Agreeing sample;
  sample.checkpoint.config["optimizer_config"] = Json::object();
  const auto finding = sample.judge();
  EXPECT_EQ(finding.verdict, Verdict::kFail);
  EXPECT_EQ(finding.reason,
            "arithmetic.policy: suite says fp16-master, config says an optimizer hook without half "
            "precision");
  sample.row.arithmetic = Arithmetic{.policy = Policy::kFp32};
  EXPECT_EQ(sample.judge().verdict, Verdict::kPass);
}

TEST(ConfigAgreement, AHalfHookIsNotOfAnFp32Row) {
  Agreeing sample;
  sample.row.arithmetic = Arithmetic{.policy = Policy::kFp32};
  EXPECT_EQ(sample.judge().reason,
            "arithmetic.policy: suite says fp32, config says Fp16OptimizerHook");
}

TEST(ConfigAgreement, EachFactOfTheRecipeCounts) {
  for (const auto& [key, value] : {std::pair<const char*, Json>{"lr", 0.01},
                                   {"iterations", 80000},
                                   {"batch", 3},
                                   {"crop", {512, 1024}}}) {
    Agreeing sample;
    sample.row.recipe[key] = value;
    const auto finding = sample.judge();
    EXPECT_EQ(finding.verdict, Verdict::kFail) << key;
    EXPECT_THAT(finding.reason, HasSubstr(std::string("recipe.") + key + ": suite says")) << key;
  }
}

TEST(ConfigAgreement, AFactThatTheConfigDoesNotStateIsNotAgreedOn) {
  for (const auto* place : {"/runner/max_iters", "/optimizer/lr", "/data/samples_per_gpu"}) {
    for (const bool dropped : {false, true}) {
      Agreeing sample;
      const Json::json_pointer pointer(place);
      Json& part = sample.checkpoint.config.at(pointer.parent_pointer());
      ASSERT_TRUE(part.contains(pointer.back())) << place;
      if (dropped) {
        part.erase(pointer.back());
      } else {
        part[pointer.back()] = nullptr;
      }
      EXPECT_EQ(sample.judge().verdict, Verdict::kNotVerifiable) << place;
      EXPECT_THAT(sample.judge().reason, HasSubstr("agree on 9 facts")) << place;
    }
  }
}

TEST(ConfigAgreement, ALossScaleOfAnotherSizeIsAContradiction) {
  Agreeing sample;
  sample.row.arithmetic->scaler->init_scale = 1024;
  EXPECT_EQ(sample.judge().reason, "arithmetic.scaler.scale: suite says 1024, config says 512");
}

TEST(ConfigAgreement, ABatchOfSeveralProcessesIsAMultiple) {
  Agreeing sample;
  sample.row.recipe["batch"] = 8;
  EXPECT_THAT(sample.judge().reason,
              HasSubstr("config says 4 for each process, of which there is one"));
  sample.checkpoint.config["optimizer_config"].erase("distributed");
  EXPECT_EQ(sample.judge().verdict, Verdict::kPass);
  sample.row.recipe["batch"] = 6;
  EXPECT_EQ(sample.judge().verdict, Verdict::kFail);
}

TEST(ConfigAgreement, NothingInCommonIsNotVerifiable) {
  Agreeing sample;
  sample.checkpoint.config = {{"log_level", "INFO"}};
  EXPECT_EQ(sample.judge().verdict, Verdict::kNotVerifiable);
  sample.checkpoint.config = nullptr;
  EXPECT_EQ(sample.judge().verdict, Verdict::kNotVerifiable);
}

TEST(ConfigAgreement, AConfigThatCannotBeReadIsSaid) {
  Agreeing sample;
  sample.checkpoint.config = nullptr;
  sample.checkpoint.config_error = "line 3: expected a name";
  EXPECT_EQ(sample.judge().verdict, Verdict::kNotVerifiable);
  EXPECT_THAT(sample.judge().reason, HasSubstr("line 3: expected a name"));
}

}  // namespace
}  // namespace harness
