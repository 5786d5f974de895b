#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/table/suite.h"
#include "harness/testing/command_line.h"

namespace harness {
namespace {

TEST(ImportCommand, WritesASuiteThatReads) {
  const TemporaryFolder folder;
  const std::string output = (folder.path() / "zoo.json").string();
  const auto end =
      run_command_line(add_import_command, {"import", "fixtures/minizoo/zoo/fp16/README.md",
                                            "fixtures/minizoo/zoo/fp16/metafile.yml", "--overlay",
                                            "suites/minizoo.overlay.json", "-o", output});
  EXPECT_EQ(end.exit_code, 0);
  EXPECT_THAT(end.output, testing::HasSubstr("4 rows"));
  EXPECT_EQ(read_suite(output).rows.size(), 4U);
}

TEST(ImportCommand, ACellThatCannotBeReadIsAnErrorOnlyWithStrict) {
  const TemporaryFolder folder;
  const std::string page = (folder.path() / "page.md").string();
  const std::string output = (folder.path() / "zoo.json").string();
  write_file_atomic(page,
                    "| Method | Inf time (fps) | mIoU | config |\n|-|-|-|-|\n"
                    "| FCN | - 6.96 | 52.05 | [c](fcn.py) |\n");
  try {
    run_command_line(add_import_command, {"import", page, "-o", output, "--strict"});
    FAIL() << "expected the cell to be refused";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kInvalidTable);
    EXPECT_EQ(error.subject(), page + ":3");
    EXPECT_THAT(error.detail(), testing::HasSubstr("got \"- 6.96\""));
  }
  EXPECT_FALSE(std::filesystem::exists(output));
  EXPECT_EQ(run_command_line(add_import_command, {"import", page, "-o", output}).exit_code, 0);
  const Suite suite = read_suite(output);
  EXPECT_EQ(suite.rows.at(0).find_claim("miou")->value, 52.05);
  EXPECT_TRUE(suite.rows[0].find_claim("fps")->value.is_null());
}

TEST(ImportCommand, FollowsALinkAndCreatesNoFolder) {
  const TemporaryFolder folder;
  const auto link = folder.path() / "link.json";
  std::filesystem::create_symlink("zoo.json", link);
  const std::string page = "fixtures/minizoo/zoo/fp16/README.md";
  run_command_line(add_import_command, {"import", page, "-o", link.string()});
  EXPECT_TRUE(std::filesystem::is_symlink(link));
  EXPECT_EQ(read_suite(folder.path() / "zoo.json").rows.size(), 4U);
  const auto lost = folder.path() / "no" / "zoo.json";
  try {
    run_command_line(add_import_command, {"import", page, "-o", lost.string()});
    FAIL() << "expected an Error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kIo);
    EXPECT_EQ(error.subject(), lost.string());
  }
}

TEST(ImportCommand, APageWithoutATableLeavesNothingBehind) {
  const TemporaryFolder folder;
  write_file_atomic(folder.path() / "page.md", "# No table here\n");
  const auto output = folder.path() / "zoo.json";
  EXPECT_THROW(run_command_line(add_import_command, {"import", (folder.path() / "page.md").string(),
                                                     "-o", output.string()}),
               Error);
  EXPECT_FALSE(std::filesystem::exists(output));
}

}  // namespace
}  // namespace harness
