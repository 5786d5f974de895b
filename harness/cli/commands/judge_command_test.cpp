#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/cli/run_directory.h"
#include "harness/testing/command_line.h"

namespace harness {
namespace {

class JudgeCommand : public testing::Test {
 protected:
  JudgeCommand() {
    run_command_line(add_run_command, {"run", "suites/minizoo.json", "--row", "fcn", "--stage",
                                       "examine", "--out", out()});
  }
  std::string out() const { return (folder_.path() / "run").string(); }
  /// A result of status error that no claim of the stored job rests on.
  void fail_examination() const {
    const auto run = folder_.path() / "run";
    const auto row = read_json_file(run / "run.json").at("rows").at(0).get<std::string>();
    Json result = read_json_file(run / row / "examine.json");
    result.at("status") = "error";
    result.at("reason") = "label 77";
    write_json_file(run / row / "examine.json", result);
  }
  TemporaryFolder folder_;
};

TEST_F(JudgeCommand, AStoredRunGivesTheSameVerdicts) {
  const Json before = read_json_file(folder_.path() / "run" / "verdicts.json");
  const auto end = run_command_line(add_judge_command, {"judge", out(), "--json"});
  EXPECT_EQ(end.exit_code, 0);
  EXPECT_EQ(parse_json(end.output, "output"), before);
}

TEST_F(JudgeCommand, ADigitChangedInTheSuiteChangesTheVerdict) {
  Json suite = read_json_file("suites/minizoo.json");
  for (auto& claim : suite.at("rows").at(0).at("claims")) {
    if (claim.at("id") == "log.miou") claim["value"] = 52.55;
  }
  const auto changed = folder_.path() / "changed.json";
  write_json_file(changed, suite);
  const auto end =
      run_command_line(add_judge_command, {"judge", out(), "--suite", changed.string()});
  EXPECT_EQ(end.exit_code, 1);
}

TEST_F(JudgeCommand, WritesAJunitFileOfWhatWasSelected) {
  const auto file = folder_.path() / "junit.xml";
  const auto junit = [&](std::vector<std::string> arguments) {
    std::filesystem::remove(file);
    arguments.insert(arguments.begin(), {"judge", out(), "--junit", file.string()});
    run_command_line(add_judge_command, arguments);
    return read_file(file);
  };
  const Json verdicts = read_json_file(folder_.path() / "run" / "verdicts.json");
  EXPECT_THAT(junit({}), testing::HasSubstr("<testsuites name=\"minizoo\" tests=\"" +
                                            std::to_string(verdicts.at("verdicts").size()) + "\""));
  const std::string one = junit({"--row", "fcn", "--claim", "miou"});
  EXPECT_THAT(one, testing::HasSubstr("tests=\"1\" failures=\"0\" errors=\"0\" skipped=\"1\""));
  EXPECT_THAT(one, testing::HasSubstr("name=\"miou\""));
  EXPECT_THAT(one, testing::HasSubstr("<skipped message=\"SKIPPED: "));
  fail_examination();
  EXPECT_THAT(junit({}), testing::HasSubstr("name=\"examine\""));
  EXPECT_THAT(junit({"--row", "fcn"}), testing::HasSubstr("name=\"examine\""));
}

TEST_F(JudgeCommand, AJunitFileThatCannotBeWrittenIsAnError) {
  try {
    run_command_line(add_judge_command, {"judge", out(), "--junit", "/dev/null/junit.xml"});
    FAIL() << "expected an Error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kIo);
  }
}

/// What is still being measured must not be taken for left out.
TEST_F(JudgeCommand, ARunThatIsBeingWrittenIsNotJudged) {
  const std::string verdicts = read_file(folder_.path() / "run" / "verdicts.json");
  {
    const RunDirectory running(out(), read_suite("suites/minizoo.json"));
    for (const char* row : {"", "fcn"}) {
      std::vector<std::string> arguments = {"judge", out(), "--json"};
      if (*row != 0) arguments.insert(arguments.end(), {"--row", row});
      try {
        run_command_line(add_judge_command, arguments);
        FAIL() << "expected an Error";
      } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::kUsage);
        EXPECT_EQ(error.subject(), out());
        EXPECT_THAT(error.detail(), testing::HasSubstr("being run by another halfproof"));
      }
    }
  }
  EXPECT_EQ(read_file(folder_.path() / "run" / "verdicts.json"), verdicts);
  EXPECT_EQ(run_command_line(add_judge_command, {"judge", out()}).exit_code, 0);
}

TEST_F(JudgeCommand, OneClaimForCTest) {
  const auto pass = run_command_line(
      add_judge_command, {"judge", out(), "--row", "fcn", "--claim", "log.miou", "--ctest"});
  EXPECT_EQ(pass.exit_code, 0);
  EXPECT_THAT(pass.output, testing::HasSubstr("CTestMeasurement"));
  const auto skip = run_command_line(
      add_judge_command, {"judge", out(), "--row", "fcn", "--claim", "memory", "--ctest"});
  EXPECT_EQ(skip.exit_code, 77);
  EXPECT_THAT(skip.output, testing::ContainsRegex("\n(SKIPPED|NOT_VERIFIABLE): [^\n]+\n$"));
  const auto not_asked = run_command_line(
      add_judge_command, {"judge", out(), "--row", "fcn", "--claim", "retrain.miou", "--ctest"});
  EXPECT_EQ(not_asked.exit_code, 77);
  EXPECT_THAT(not_asked.output, testing::HasSubstr("SKIPPED: the job was not asked for"));
  try {
    run_command_line(add_judge_command, {"judge", out(), "--claim", "colour"});
    FAIL() << "expected an Error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kUsage);
    EXPECT_THAT(error.detail(), testing::HasSubstr("hash, "));
    EXPECT_THAT(error.detail(), testing::EndsWith("got colour"));
  }
}

}  // namespace
}  // namespace harness
