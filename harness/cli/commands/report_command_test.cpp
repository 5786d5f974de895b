#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/testing/command_line.h"
#include "harness/testing/history_runs.h"

namespace harness {
namespace {
namespace fs = std::filesystem;
using testing::HasSubstr;

class ReportCommand : public testing::Test {
 protected:
  CommandEnd report(std::vector<std::string> more) const {
    std::vector<std::string> arguments{"report", kGpuRun, "-o", page_.string()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_command_line(add_report_command, arguments);
  }
  TemporaryFolder folder_;
  fs::path page_ = folder_.path() / "report.html";
};

TEST_F(ReportCommand, WritesOnePage) {
  const CommandEnd end = report({});
  EXPECT_EQ(end.exit_code, 0);
  EXPECT_THAT(end.output, HasSubstr("All 68 claims that could be judged hold"));
  EXPECT_THAT(read_file(page_), HasSubstr("</html>"));
  EXPECT_LT(fs::file_size(page_), 5U << 20U);
}

TEST_F(ReportCommand, SaysInJsonWhatItWrote) {
  const Json said = parse_json(report({"--json", "--suite", "suites/minizoo.json"}).output, "said");
  EXPECT_EQ(said.at("output"), page_.string());
  EXPECT_EQ(said.at("claims"), 80);
  EXPECT_EQ(said.at("bytes"), fs::file_size(page_));
}

TEST_F(ReportCommand, TakesAHistoryThatHasTheRun) {
  const fs::path file = folder_.path() / "history.sqlite";
  EXPECT_THROW(report({"--history", file.string()}), Error);
  EXPECT_FALSE(fs::exists(page_));
  History::open_or_create(file).add(read_run_to_add(kGpuRun));
  EXPECT_EQ(report({"--history", file.string()}).exit_code, 0);
  EXPECT_THAT(read_file(page_), HasSubstr("first run of its command"));
}

TEST_F(ReportCommand, RefusesWhatIsNoRunAndNoPlace) {
  EXPECT_THROW(run_command_line(add_report_command,
                                {"report", folder_.path().string(), "-o", page_.string()}),
               Error);
  EXPECT_THROW(run_command_line(add_report_command, {"report", kGpuRun, "-o", "no/such/page"}),
               Error);
}

}  // namespace
}  // namespace harness
