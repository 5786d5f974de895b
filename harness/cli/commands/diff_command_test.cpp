#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/record/run_result.h"
#include "harness/testing/command_line.h"

namespace harness {
namespace {
namespace fs = std::filesystem;
using testing::HasSubstr;

class DiffCommand : public testing::Test {
 protected:
  void run(const std::string& name, const std::string& loss, const std::string& weights) {
    const fs::path row = folder_.path() / name / "fcn";
    write_file_atomic(row / "train-fp16-seed0" / "steps.jsonl",
                      "{\"step\": 0, \"loss\": 3.0}\n{\"step\": 1, \"loss\": " + loss + "}\n");
    RunResult result;
    result.row = "fcn";
    result.stage = "train";
    result.precision = "fp16";
    result.seed = 0;
    result.digests = {{"weights", weights}};
    write_json_file(row / "train-fp16-seed0.json", to_json(result));
  }
  CommandEnd diff(const std::string& a, const std::string& b, bool json = false) {
    std::vector<std::string> arguments = {"diff", (folder_.path() / a).string(),
                                          (folder_.path() / b).string()};
    if (json) arguments.emplace_back("--json");
    return run_command_line(add_diff_command, arguments);
  }
  TemporaryFolder folder_;
};

TEST_F(DiffCommand, EqualRunsAreEqual) {
  run("a", "2.5", "w");
  run("b", "2.5", "w");
  const auto end = diff("a", "b");
  EXPECT_EQ(end.exit_code, 0);
  EXPECT_THAT(end.output, HasSubstr("fcn/train-fp16-seed0: equal in all of 2 steps"));
}

TEST_F(DiffCommand, NamesTheStepAtWhichTheyPart) {
  run("a", "2.5", "w");
  run("b", "2.6", "v");
  const auto end = diff("a", "b");
  EXPECT_EQ(end.exit_code, 1);
  EXPECT_THAT(end.output, HasSubstr("step 1: loss 2.5 against 2.6"));
  EXPECT_THAT(end.output, HasSubstr("train-fp16-seed0.json weights: differ"));
  EXPECT_EQ(parse_json(diff("a", "b", true).output, "output").at("equal"), false);
}

TEST_F(DiffCommand, ATrainingThatWasMovedAsideIsNotCompared) {
  for (const std::string name : {"a", "b"}) {
    run(name, "2.5", "w");
    write_file_atomic(folder_.path() / name / "fcn" / "train-fp16-seed0.old-1" / "steps.jsonl",
                      "{\"step\": 0, \"loss\": 3.0, \"of\": \"" + name + "\"}\n");
  }
  const auto end = diff("a", "b");
  EXPECT_EQ(end.exit_code, 0);
  EXPECT_THAT(end.output, testing::Not(HasSubstr("old-1")));
}

TEST_F(DiffCommand, NothingInCommonIsAnError) {
  run("a", "2.5", "w");
  fs::create_directories(folder_.path() / "empty");
  EXPECT_THROW(diff("a", "empty"), Error);
  EXPECT_THROW(diff("a", "nowhere"), Error);
}

}  // namespace
}  // namespace harness
