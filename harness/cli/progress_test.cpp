#include "harness/cli/progress.h"

#include <gtest/gtest.h>

namespace harness {
namespace {

TEST(Progress, ShowsRateAndTimeLeft) {
  EXPECT_EQ(progress_line("fcn", "images", 7, 16, 3.5),
            "fcn: 7/16 images, 2.0 images/s, 0:05 left");
}

TEST(Progress, LeavesOutWhatIsNotKnown) {
  EXPECT_EQ(progress_line("get", "MB", 7, 0, 3.5), "get: 7 MB, 2.0 MB/s");
  EXPECT_EQ(progress_line("get", "MB", 0, 9, 3.5), "get: 0/9 MB");
}

TEST(Progress, HoursAreWrittenAsHours) {
  EXPECT_EQ(progress_line("x", "steps", 1, 7201, 1.0),
            "x: 1/7201 steps, 1.0 steps/s, 2:00:00 left");
}

TEST(Progress, ATrainingsLossAndScaleAreItsNote) {
  EXPECT_EQ(progress_note(parse_json(R"({"loss": 1.25, "scale": 512})", "event")),
            "loss 1.2500, scale 512");
  EXPECT_EQ(progress_note(parse_json(R"({"loss": null, "scale": 4294967296})", "event")),
            "loss nan, scale 4.29497e+09");
  EXPECT_EQ(progress_note(parse_json(R"({"loss": 1.25})", "event")), "loss 1.2500, scale nan");
  EXPECT_EQ(progress_note(parse_json(R"({"done": 1, "scale": 512})", "event")), "");
}

TEST(Progress, QuietMeansNothingIsPrinted) {
  std::FILE* file = std::tmpfile();
  ASSERT_NE(file, nullptr);
  {
    Progress progress("a", "b", /*quiet=*/true, file);
    progress.update(1, 2);
  }
  EXPECT_EQ(std::ftell(file), 0);
  std::fclose(file);
}

TEST(ProgressLine, WhatTakesLongHasATimeInsteadOfARate) {
  EXPECT_EQ(progress_line("fcn", "steps", 1, 2, 71.0), "fcn: 1/2 steps, 71 s each, 1:11 left");
}

}  // namespace
}  // namespace harness
