#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/cli/command_line.h"

namespace harness {
namespace {
namespace fs = std::filesystem;

const std::string kFile =
    "fixtures/minizoo/zoo/fp16/fcn_r50w8-d8_64x128_600_fp16_scenes/"
    "fcn_r50w8-d8_64x128_600_fp16_scenes_20261123_232820-2eb5a165.pth";

TEST(VerifyCommand, AnHonestFilePassesAloneAndAgainstItsRow) {
  EXPECT_EQ(run_command_line(add_verify_command, {"verify", kFile}).exit_code, 0);
  const auto end = run_command_line(add_verify_command,
                                    {"verify", kFile, "--suite", "suites/minizoo.json", "--json"});
  EXPECT_EQ(end.exit_code, 0);
  EXPECT_EQ(parse_json(end.output, "output").at("counts").at("PASS"), 9);
}

TEST(VerifyCommand, AnotherRowsFileFails) {
  const auto end = run_command_line(
      add_verify_command, {"verify", kFile, "--suite", "suites/minizoo.json", "--row", "pspnet"});
  EXPECT_EQ(end.exit_code, 1);
  EXPECT_THAT(end.output, testing::HasSubstr("FAIL"));
}

TEST(VerifyCommand, AFlippedByteFailsByItsName) {
  const TemporaryFolder folder;
  const fs::path copy = folder.path() / fs::path(kFile).filename();
  std::string bytes = read_file(kFile);
  bytes[bytes.size() - 9] = static_cast<char>(bytes[bytes.size() - 9] ^ 4);
  write_file_atomic(copy, bytes);
  EXPECT_EQ(run_command_line(add_verify_command, {"verify", copy.string()}).exit_code, 1);
}

TEST(VerifyCommand, TheHashInTheNameFindsTheRow) {
  const TemporaryFolder folder;
  const auto renamed = folder.path() / "something-2eb5a165.pth";
  fs::copy_file(kFile, renamed);
  const auto end = run_command_line(add_verify_command,
                                    {"verify", renamed.string(), "--suite", "suites/minizoo.json"});
  EXPECT_EQ(end.exit_code, 0);
  EXPECT_THAT(end.output, testing::HasSubstr("fcn_r50w8-d8_64x128_600_fp16_scenes"));
}

TEST(VerifyCommand, AFileThatNamesNoRowAsksForOne) {
  const TemporaryFolder folder;
  fs::copy_file(kFile, folder.path() / "model.pth");
  EXPECT_THROW(
      run_command_line(add_verify_command, {"verify", (folder.path() / "model.pth").string(),
                                            "--suite", "suites/minizoo.json"}),
      Error);
}

}  // namespace
}  // namespace harness
