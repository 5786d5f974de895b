#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/cli/command_line.h"

namespace harness {
namespace {

TEST(FetchCommand, GetsEveryFileOfARow) {
  const auto end = run_command_line(add_fetch_command,
                                    {"fetch", "suites/minizoo.json", "--row", "fcn", "--json"});
  EXPECT_EQ(end.exit_code, 0);
  const Json files = parse_json(end.output, "output");
  ASSERT_EQ(files.size(), 2U);
  EXPECT_TRUE(files[0].at("sha256").get<std::string>().starts_with("2eb5a165"));
  EXPECT_EQ(files[0].at("trust"), "locked");
}

TEST(FetchCommand, OfflineSaysWhatIsMissingAndFromWhere) {
  const TemporaryFolder cache;
  try {
    run_command_line(add_fetch_command,
                     {"fetch", "http://127.0.0.1:9/a-50245227.pth", "--offline", "--cache",
                      cache.path().string(), "--lock", (cache.path() / "lock.json").string()});
    FAIL() << "expected an Error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kFetchFailed);
    EXPECT_THAT(error.what(), testing::HasSubstr("http://127.0.0.1:9/a-50245227.pth"));
  }
}

}  // namespace
}  // namespace harness
