#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/base/sha256.h"
#include "harness/testing/command_line.h"

namespace harness {
namespace {
namespace fs = std::filesystem;

constexpr char kFile[] =
    "fixtures/minizoo/zoo/fp16/fcn_r50w8-d8_64x128_600_fp16_scenes/"
    "fcn_r50w8-d8_64x128_600_fp16_scenes_20261123_232820-2eb5a165.pth";

TEST(PublishCommand, PrintsTheNameAndTheWholeHash) {
  const TemporaryFolder folder;
  const std::string output = (folder.path() / "").string();
  const CommandEnd end =
      run_command_line(add_publish_command, {"publish", kFile, "-o", output, "--json"});
  EXPECT_EQ(end.exit_code, 0);
  const Json record = Json::parse(end.output);
  EXPECT_EQ(record["schema"], "halfproof.publish/1");
  EXPECT_EQ(record["sha256"], sha256_file(record["file"].get<std::string>()));
  EXPECT_EQ(record["format"], "legacy");
  const CommandEnd again = run_command_line(add_publish_command, {"publish", kFile, "-o", output});
  EXPECT_THAT(again.output, testing::HasSubstr(record["sha256"].get<std::string>()));
  EXPECT_THAT(again.output, testing::HasSubstr("was there already"));
}

TEST(PublishCommand, ConvertsOnRequestAndRefusesWhatIsNoCheckpoint) {
  const TemporaryFolder folder;
  const std::string stem = (folder.path() / "fcn").string();
  const CommandEnd end = run_command_line(
      add_publish_command, {"publish", kFile, "-o", stem, "--format", "zip", "--json"});
  EXPECT_EQ(Json::parse(end.output)["format"], "zip");
  EXPECT_THROW(run_command_line(add_publish_command, {"publish", "README.md", "-o", stem}), Error);
  EXPECT_THROW(
      run_command_line(add_publish_command, {"publish", kFile, "--format", "tar", "-o", stem}),
      CLI::ParseError);
}

}  // namespace
}  // namespace harness
