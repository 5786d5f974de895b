// Runs the program on files that are cut right after it has mapped them (cut_file_preload.cpp).

#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/file.h"
#include "harness/testing/program.h"

namespace harness {
namespace {
namespace fs = std::filesystem;
using testing::HasSubstr;

const fs::path kZoo = "fixtures/minizoo/zoo";
const std::string kZip =
    "fp16/fcn_r50w8-d8_64x128_600_fp16_scenes/"
    "fcn_r50w8-d8_64x128_600_fp16_scenes_20261123_232820-2eb5a165.pth";
const std::string kLegacy = "pretrain/resnet50_v1c_w8-32c09ca3.pth";

/// Without HALFPROOF_CUT nothing is cut: what the program says then shows that it would work.
ProgramEnd run(const std::string& arguments, const std::string& cut) {
  return end_of_command("HALFPROOF_CUT='" + cut + "' LD_PRELOAD=" + CUT_FILE_PRELOAD +
                        " ASAN_OPTIONS=verify_asan_link_order=0:detect_leaks=0 " +
                        HALFPROOF_PROGRAM + " " + arguments);
}

class ChangedFile : public testing::TestWithParam<std::string> {
 protected:
  ChangedFile() { fs::copy_file(kZoo / GetParam(), path()); }
  fs::path path() const { return folder_.path() / "x.pth"; }
  TemporaryFolder folder_;
};

TEST_P(ChangedFile, EndsInspectWithAnErrorAndNotWithASignal) {
  const std::string command = "inspect " + path().string();
  const ProgramEnd good = run(command, "no such file");
  EXPECT_EQ(WEXITSTATUS(good.status), 0) << good.output;
  const ProgramEnd end = run(command, "x.pth");
  ASSERT_TRUE(WIFEXITED(end.status)) << end.status;
  EXPECT_EQ(WEXITSTATUS(end.status), 2);
  EXPECT_THAT(end.output, HasSubstr("expected a file that stays as it is while it is read"));
  EXPECT_THAT(end.output, HasSubstr("got one of now 4096 bytes"));
  EXPECT_EQ(fs::file_size(path()), 4096U);
}

TEST_P(ChangedFile, FailsItsVerificationAndSaysWhy) {
  const ProgramEnd end = run("verify --json " + path().string(), "x.pth");
  ASSERT_TRUE(WIFEXITED(end.status)) << end.status;
  EXPECT_EQ(WEXITSTATUS(end.status), 1);
  EXPECT_THAT(end.output, HasSubstr("expected a file that stays as it is while it is read"));
}

INSTANTIATE_TEST_SUITE_P(BothFormats, ChangedFile, testing::Values(kZip, kLegacy));

}  // namespace
}  // namespace harness
