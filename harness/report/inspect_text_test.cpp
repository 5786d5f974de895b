#include "harness/report/inspect_text.h"

#include <filesystem>
#include <sstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/file.h"
#include "harness/base/unicode.h"
#include "harness/openmmlab/training_log.h"
#include "harness/report/inspect.h"

namespace harness {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

std::string text_of(const fs::path& path) {
  return inspect_text(inspect_file(path));
}

TEST(InspectText, ShowsASmallCheckpointWhole) {
  EXPECT_EQ(text_of("fixtures/checkpoints/small_legacy.pth"),
            "small_legacy.pth\n"
            "  format          legacy (as PyTorch before 1.6 writes), 502 bytes\n"
            "  state dict      2 tensors, 7 elements, 32 bytes, 1 float32, 1 int64\n"
            "  values          0 non-finite, largest |x| 5, smallest 1\n"
            "  in FP16         0 values would change, 0 subnormal, 0 above 65504\n"
            "\n"
            "state dict\n"
            "  name   dtype    shape   elements  |x| from … to\n"
            "  w      float32  2x3            6  1 … 5\n"
            "  steps  int64    scalar         1  3\n");
}

TEST(InspectText, ShowsMetaViewsAndClassesThatWereNotMade) {
  const std::string text = text_of("fixtures/checkpoints/variety_legacy_protocol2.pth");
  EXPECT_THAT(text, HasSubstr("  not made        __main__.HistoryBuffer x2, __main__.Settings,"));
  EXPECT_THAT(text, HasSubstr("\n  text            Straße 🛣\n"));
  EXPECT_THAT(text, HasSubstr("shares view.whole"));
  EXPECT_THAT(text, HasSubstr("3 non-finite"));
  EXPECT_THAT(text, HasSubstr("\nstate dict, no tensors\n  version         3\n"));
  EXPECT_THAT(text, HasSubstr("\nother tensors\n"));
}

TEST(InspectText, ShowsWhatRunsBeforeWhatOnlyHasToBeImported) {
  const std::string text = text_of("fixtures/hostile/hidden_behind_many.pth");
  EXPECT_THAT(text, HasSubstr("  unknown code    calls os.system(a string), makes an object of"));
  EXPECT_THAT(text, HasSubstr("and 981 more"));
}

TEST(InspectText, ShowsTheCurveAndTheLastValidationOfALog) {
  const std::string text = text_of(
      "fixtures/minizoo/zoo/fp16/fcn_r50w8-d8_64x128_600_fp16_scenes/"
      "fcn_r50w8-d8_64x128_600_fp16_scenes_20261123_232820.log.json");
  EXPECT_THAT(text, HasSubstr("  lines           8 training, 4 validation\n"));
  EXPECT_THAT(text, HasSubstr("  loss            █▅▃▃▂▂▁▁  2.24 → 0.915\n"));
  EXPECT_THAT(text, HasSubstr("  mIoU            ▁▄▆█  31.18 → 52.05 %\n"));
  EXPECT_THAT(text, HasSubstr("  mean            mIoU 52.05 %, mAcc 60.20 %, aAcc 90.27 %\n"));
  EXPECT_THAT(text, HasSubstr("train -,\n                  motorcycle -,"));
}

TEST(InspectText, KeepsEveryFileOfTheFixturesWithinAHundredColumns) {
  std::size_t files = 0;
  for (const char* folder : {"fixtures/minizoo", "fixtures/checkpoints"}) {
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      const fs::path& path = entry.path();
      const bool log = path.string().ends_with(".log.json");
      if (path.extension() != ".pth" && !log) continue;
      if (path.filename() == "whole_module_legacy.pth") continue;
      std::istringstream lines(text_of(path));
      for (std::string line; std::getline(lines, line);) {
        EXPECT_LE(columns_of(line), 100U) << path << ": " << line;
      }
      ++files;
    }
  }
  EXPECT_GT(files, 40U);
}

TEST(InspectText, ShortensALongLogToItsValidations) {
  const TemporaryFolder folder;
  std::string log;
  for (int iteration = 50; iteration <= 80000; iteration += 50) {
    const std::string number = std::to_string(iteration);
    log.append("{\"mode\": \"train\", \"iter\": ").append(number).append(", \"loss\": 1.0}\n");
    if (iteration % 8000 != 0) continue;
    log.append("{\"mode\": \"val\", \"iter\": ").append(number).append(", \"mIoU\": 0.5012}\n");
  }
  write_file_atomic(folder.path() / "x.log.json", log);
  const std::string text = text_of(folder.path() / "x.log.json");
  EXPECT_THAT(text, HasSubstr("     80,000   1.0   50.12\n"));
  EXPECT_LT(std::count(text.begin(), text.end(), '\n'), 30);
}

TEST(InspectText, AMiouOfUnknownScaleStandsAsInTheLog) {
  const TemporaryFolder folder;
  write_file_atomic(folder.path() / "x.log.json",
                    "{\"mode\": \"val\", \"iter\": 50, \"mIoU\": 0.4}\n");
  const std::string text = text_of(folder.path() / "x.log.json");
  EXPECT_THAT(text, HasSubstr("last validation (fractions or percentages)\n"));
  EXPECT_THAT(text, HasSubstr("mIoU 0.4\n"));
  EXPECT_THAT(text, testing::Not(HasSubstr("%")));
}

TEST(InspectText, SurvivesAMetaThatLooksLikeItsOwnSummaries) {
  Json found = inspect_file("fixtures/checkpoints/small_zip.pth");
  found["top_level"]["meta"] = Json::parse(
      R"({"config": {"characters": "x"}, "a\u001b[2J": {"characters": 1}, "b": "line\nline",
          "c": []})");
  const std::string text = inspect_text(found);
  EXPECT_THAT(text, HasSubstr("  a\xef\xbf\xbd[2J "));
  EXPECT_THAT(text, HasSubstr("  b               line\n                  line\n"));
}

TEST(InspectText, AValidationLineAloneHasNoIteration) {
  const TrainingLog log = parse_training_log(
      "{\"mode\": \"val\", \"epoch\": 38, \"iter\": 16, \"lr\": 0.0003, \"aAcc\": 0.9}\n",
      "x.log.json");
  const std::string text = inspect_text(inspect_training_log(log, "x.log.json"));
  EXPECT_EQ(text.find("iterations"), std::string::npos);
  EXPECT_NE(text.find("last validation"), std::string::npos);
}

}  // namespace
}  // namespace harness
