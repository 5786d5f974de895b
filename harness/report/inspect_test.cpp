#include "harness/report/inspect.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/report/inspect_text.h"

namespace harness {
namespace {

const std::filesystem::path kZoo = "fixtures/minizoo/zoo/fp16/fcn_r50w8-d8_64x128_600_fp16_scenes";
const std::filesystem::path kCheckpoint =
    kZoo / "fcn_r50w8-d8_64x128_600_fp16_scenes_20261123_232820-2eb5a165.pth";
const std::filesystem::path kLog =
    kZoo / "fcn_r50w8-d8_64x128_600_fp16_scenes_20261123_232820.log.json";

Json row_named(const Json& found, std::string_view name) {
  for (const Json& row : found["tensors"]) {
    if (row["name"] == name) return row;
  }
  return nullptr;
}

TEST(Inspect, SumsUpACheckpointOfTheMiniZoo) {
  const Json found = inspect_file(kCheckpoint);
  EXPECT_EQ(found["kind"], "checkpoint");
  EXPECT_EQ(found["file"], kCheckpoint.filename().string());
  EXPECT_EQ(found["format"], "legacy");
  EXPECT_EQ(found["state_dict"]["tensors"], 358);
  EXPECT_EQ(found["state_dict"]["dtypes"],
            Json::parse(R"({"float16": 63, "float32": 236, "int64": 59})"));
  EXPECT_EQ(found["state_dict"]["statistics"]["non_finite"], 0);
  EXPECT_EQ(found["tensors"].size(), 358U);
  EXPECT_EQ(found["tensors"][0]["shape"], Json::parse("[4, 3, 3, 3]"));
  EXPECT_EQ(found["top_level"]["meta"]["config"],
            Json::parse(R"({"characters": 5957, "assignments": 22})"));
}

TEST(Inspect, ShowsViewsSharedStoragesAndClassesThatWereNotMade) {
  const Json found = inspect_file("fixtures/checkpoints/variety_zip_protocol4.pth");
  EXPECT_EQ(found["unknown_classes"],
            Json::parse(R"({"__main__.HistoryBuffer": 2, "__main__.Settings": 1,
                            "builtins.complex": 1, "builtins.range": 1, "builtins.slice": 1})"));
  EXPECT_EQ(found["state_dict_values"], Json::parse(R"({"version": 3})"));
  EXPECT_EQ(found["other_tensors"]["tensors"], 2);
  EXPECT_EQ(row_named(found, "view.whole")["view"], false);
  EXPECT_EQ(row_named(found, "view.rows")["shares"], "view.whole");
  EXPECT_EQ(row_named(found, "view.permuted")["view"], true);
  EXPECT_EQ(row_named(found, "dtype.float32")["non_finite"], 3);
}

TEST(Inspect, SaysWhyAConfigCannotBeRead) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "x.log.json";
  write_file_atomic(path,
                    "{\"exp_name\": \"a\", \"config\": \"import os\"}\n"
                    "{\"mode\": \"train\", \"iter\": 5, \"loss\": 1.5}\n");
  const Json found = inspect_file(path);
  EXPECT_EQ(found["environment"]["config"]["characters"], 9);
  EXPECT_EQ(found["environment"]["config"]["error"], "line 1: expected '=', got \"os\"");
}

TEST(Inspect, PutsTrainingAndValidationOfOneIterationSideBySide) {
  const Json found = inspect_file(kLog);
  EXPECT_EQ(found["kind"], "training_log");
  EXPECT_EQ(found["train_lines"], 8);
  EXPECT_EQ(found["validation_lines"], 4);
  EXPECT_EQ(found["first_iteration"], 75);
  EXPECT_EQ(found["last_iteration"], 600);
  ASSERT_EQ(found["curve"].size(), 8U);
  EXPECT_EQ(found["curve"][1]["iteration"], 150);
  EXPECT_EQ(found["curve"][1]["loss"], 1.59839);
  EXPECT_NEAR(found["curve"][1]["miou"].get<double>(), 31.18, 1e-9);
  EXPECT_FALSE(found["curve"][0].contains("miou"));
  EXPECT_NEAR(found["last_miou"].get<double>(), 52.05, 1e-9);
}

TEST(Inspect, PassesErrorsOn) {
  EXPECT_THROW(inspect_file("fixtures/hostile/legacy_magic.pth"), Error);
  EXPECT_THROW(inspect_file("fixtures/no_such.log.json"), Error);
}

TEST(Inspect, DescribesAFileThatRunsCodeAndSaysSo) {
  const Json found = inspect_file("fixtures/hostile/os_system_zip.pth");
  EXPECT_TRUE(runs_unknown_code(found));
  ASSERT_EQ(found["unknown_code"].size(), 1U);
  EXPECT_EQ(found["unknown_code"][0]["use"], "calls");
  EXPECT_FALSE(runs_unknown_code(inspect_file("fixtures/checkpoints/small_zip.pth")));
  try {
    inspect_file("fixtures/hostile/then_cut.pth");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kUnsafePickle);
  }
}

TEST(Inspect, SaysWhatIsOddAboutALog) {
  const TrainingLog log = parse_training_log(
      "{\"exp_name\": \"a.py\"}\n{\"mode\": \"train\", \"iter\": 50, \"loss\": 1}\n"
      "{\"mode\": \"val\", \"iter\": 8, \"loss\": 1}\n{\"mode\": \"train\", \"it",
      "x.log.json");
  const Json found = inspect_training_log(log, "x.log.json");
  EXPECT_EQ(found["validation_loss_lines"], 1);
  ASSERT_EQ(found["remarks"].size(), 1U);
  EXPECT_EQ(found["remarks"][0]["line"], 4);
  EXPECT_THAT(inspect_text(found), testing::HasSubstr("line 4: expected a whole JSON object"));
}

TEST(Inspect, ATextLogIsAnErrorThatNamesTheJson) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "run.log";
  write_file_atomic(path, "2021-07-12 10:15:00,1 - mmseg - INFO - Iter [50/600]\n");
  try {
    inspect_file(path);
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.detail(), testing::HasSubstr("run.log.json"));
  }
}

TEST(Inspect, ALogOfMmengineReadsLikeOneOfMmcv) {
  const TrainingLog log = parse_training_log(
      "{\"lr\": 0.01, \"loss\": 1.5, \"iter\": 50, \"step\": 50}\n"
      "{\"aAcc\": 95.5, \"mIoU\": 76.8, \"mAcc\": 84.0, \"step\": 50}\n",
      "scalars.json");
  const Json found = inspect_training_log(log, "scalars.json");
  EXPECT_EQ(found["last_miou"], 76.8);
  EXPECT_EQ(found["curve"][0]["miou"], 76.8);
  EXPECT_EQ(found["curve"][0]["loss"], 1.5);
  EXPECT_EQ(found["last_validation"]["mIoU"], 0.768);
  EXPECT_THAT(inspect_text(found), testing::HasSubstr("mIoU 76.80 %"));
}

}  // namespace
}  // namespace harness
