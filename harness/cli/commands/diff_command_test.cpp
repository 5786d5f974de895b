#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/sha256.h"
#include "harness/record/run_result.h"
#include "harness/testing/command_line.h"

namespace harness {
namespace {
namespace fs = std::filesystem;
using testing::HasSubstr;

class DiffCommand : public testing::Test {
 protected:
  void run(const std::string& name, const std::string& loss, const std::string& weights,
           int seed = 0) {
    const std::string training = "train-fp16-seed" + std::to_string(seed);
    write_file_atomic(row(name) / training / "steps.jsonl",
                      "{\"step\": 0, \"loss\": 3.0}\n{\"step\": 1, \"loss\": " + loss + "}\n");
    RunResult result;
    result.row = "fcn";
    result.stage = "train";
    result.precision = "fp16";
    result.seed = seed;
    result.digests = {{"weights", sha256_hex(weights)}};
    write_result(name, result);
  }
  void write_result(const std::string& name, const RunResult& result) {
    write_json_file(row(name) / run_result_name(result.stage, result.precision, result.seed),
                    to_json(result));
  }
  fs::path row(const std::string& name) const { return folder_.path() / name / "fcn"; }
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

TEST_F(DiffCommand, SaysWhatElseTheRunsDifferIn) {
  RunResult result;
  result.row = "fcn";
  result.stage = "train";
  result.precision = "fp16";
  result.digests = {{"weights", sha256_hex("w")}};
  result.device = "cpu";
  result.environment.library.emplace().libtorch = "2.11.0";
  write_result("a", result);
  write_result("same", result);
  result.device = "cuda";
  result.environment.gpu.emplace().name = "NVIDIA H100";
  result.environment.library->libtorch = "2.12.0";
  write_result("b", result);
  const auto end = diff("a", "b");
  EXPECT_EQ(end.exit_code, 0);  // It explains a difference and makes none.
  EXPECT_THAT(end.output, HasSubstr("another device: \"cpu\" against \"cuda\""));
  EXPECT_THAT(end.output, HasSubstr("library/libtorch: \"2.11.0\" against \"2.12.0\""));
  EXPECT_THAT(end.output, HasSubstr("gpu/name: null against \"NVIDIA H100\""));
  EXPECT_TRUE(parse_json(diff("a", "same", true).output, "output").at("contexts").empty());
  EXPECT_EQ(parse_json(diff("a", "b", true).output, "output").at("contexts").at("/device"),
            Json::array({{{"values", {"cpu", "cuda"}}, {"results", 1}}}));
}

TEST_F(DiffCommand, NamesEachPairOfWhatDiffersAndInHowManyResults) {
  RunResult result;
  result.row = "fcn";
  result.stage = "train";
  result.digests = {{"weights", sha256_hex("w")}};
  const std::tuple<const char*, const char*, const char*> commits[] = {
      {"fp16", "one", "two"}, {"fp32", "one", "two"}, {"bf16-amp", "three", "two"}};
  for (const auto& [precision, a, b] : commits) {
    result.precision = precision;
    result.environment.build.commit = a;
    write_result("a", result);
    result.environment.build.commit = b;
    write_result("b", result);
  }
  const std::string output = diff("a", "b").output;
  EXPECT_THAT(output, HasSubstr("2 results computed with another environment/build/commit: "
                                "\"one\" against \"two\""));
  EXPECT_THAT(output, HasSubstr("1 result computed with another environment/build/commit: "
                                "\"three\" against \"two\""));
  EXPECT_EQ(parse_json(diff("a", "b", true).output, "output")
                .at("contexts")
                .at("/environment/build/commit")
                .size(),
            2U);
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

TEST_F(DiffCommand, ATrainingThatOnlyOneHasIsNamed) {
  for (const int seed : {0, 1, 2}) run("a", "2.5", "w", seed);
  run("b", "2.5", "w");
  for (const auto& [one, other, owner] : {std::tuple("a", "b", "A"), std::tuple("b", "a", "B")}) {
    const auto end = diff(one, other);
    EXPECT_EQ(end.exit_code, 1);
    EXPECT_THAT(end.output, HasSubstr("fcn/train-fp16-seed0: equal in all of 2 steps"));
    EXPECT_THAT(end.output, HasSubstr(std::string("seed2.json: only ") + owner + " has it"));
    EXPECT_THAT(end.output, HasSubstr(std::string("seed1: only ") + owner + " has it"));
  }
}

TEST_F(DiffCommand, RecordsOfNothingButNumbersOfStepsAreNotEqual) {
  for (const char* name : {"a", "b"}) {
    run(name, "2.5", "w");
    write_file_atomic(row(name) / "train-fp16-seed0" / "steps.jsonl",
                      "{\"step\": 0}\n{\"step\": 1}\n");
  }
  EXPECT_EQ(diff("a", "b").exit_code, 1);
  run("a", "2.5", "w");
  EXPECT_EQ(diff("a", "b").exit_code, 1);
  EXPECT_EQ(diff("b", "a").exit_code, 1);
}

TEST_F(DiffCommand, ADigestThatOnlyOneHasIsNamed) {
  run("a", "2.5", "w");
  run("b", "2.5", "w");
  RunResult result;
  result.row = "fcn";
  result.stage = "evaluate";
  result.precision = "fp16";
  result.digests = {{"predictions", sha256_hex("p")}};
  write_result("a", result);
  result.digests.clear();
  write_result("b", result);
  const auto end = diff("a", "b");
  EXPECT_EQ(end.exit_code, 1);
  EXPECT_THAT(end.output, HasSubstr("fcn/evaluate-fp16.json predictions: only A has it"));
}

TEST_F(DiffCommand, CountsBesideTimesAreCompared) {
  RunResult result;
  result.row = "fcn";
  result.stage = "evaluate";
  result.precision = "fp16";
  result.measurements = {
      {"miou", 52.0},
      {"images_per_second", 4.0},
      {"seconds_per_image",
       {{"median", 0.25}, {"min", 0.2}, {"max", 0.3}, {"images", 14}, {"warmup", 2}}}};
  write_result("a", result);
  result.measurements["images_per_second"] = 2.0;
  for (const char* time : {"median", "min", "max"}) {
    result.measurements["seconds_per_image"][time] = 0.5;
  }
  write_result("b", result);
  EXPECT_EQ(diff("a", "b").exit_code, 0);
  const RunResult same = result;
  for (const char* count : {"images", "warmup"}) {
    result = same;
    result.measurements["seconds_per_image"][count] = 9;
    write_result("b", result);
    const auto end = diff("a", "b");
    EXPECT_EQ(end.exit_code, 1);
    EXPECT_THAT(end.output, HasSubstr(std::string("seconds_per_image/") + count + " differs"));
  }
  result = same;
  result.measurements.erase("seconds_per_image");
  write_result("b", result);
  EXPECT_EQ(diff("a", "b").exit_code, 1);
}

TEST_F(DiffCommand, AResultUnderAnotherNameIsAnError) {
  run("a", "2.5", "w");
  run("b", "2.5", "w");
  fs::copy_file(row("b") / "train-fp16-seed0.json", row("b") / "train-fp16-seed1.json");
  try {
    diff("a", "b");
    FAIL() << "expected an Error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kInvalidJson);
    EXPECT_THAT(error.subject(), HasSubstr("train-fp16-seed1.json"));
    EXPECT_THAT(error.detail(), HasSubstr("train-fp16-seed0.json"));
  }
}

TEST_F(DiffCommand, MeasurementsAreComparedAndTimesAreNot) {
  RunResult result;
  result.row = "fcn";
  result.stage = "lockstep";
  result.precision = "fp16";
  result.seed = 0;
  result.measurements = {{"series", {{{"loss", 1.5}}}}, {"seconds", 3.0}, {"peak_bytes", 7}};
  write_result("a", result);
  result.measurements["seconds"] = 4.0;
  result.measurements["peak_bytes"] = 8;
  write_result("b", result);
  EXPECT_EQ(diff("a", "b").exit_code, 0);
  result.measurements["series"][0]["loss"] = 1.25;
  write_result("b", result);
  const auto end = diff("a", "b");
  EXPECT_EQ(end.exit_code, 1);
  EXPECT_THAT(end.output, HasSubstr("measurements/series/0/loss differs"));
  result.measurements["series"] = Json::array();
  write_result("b", result);
  EXPECT_EQ(diff("a", "b").exit_code, 1);
}

TEST_F(DiffCommand, AResultThatCameToNothingEqualsNothing) {
  run("a", "2.5", "w");
  run("b", "2.5", "w");
  RunResult result;
  result.row = "fcn";
  result.stage = "evaluate";
  result.precision = "fp16";
  result.status = RunStatus::kError;
  write_result("a", result);
  write_result("b", result);
  EXPECT_EQ(diff("a", "b").exit_code, 1);
  result.status = RunStatus::kOk;
  write_result("b", result);
  EXPECT_THAT(diff("a", "b").output, HasSubstr("ended with error against ok"));
}

TEST_F(DiffCommand, ExperimentsOfThePaperAreNoResults) {
  run("a", "2.5", "w");
  run("b", "2.5", "w");
  write_json_file(folder_.path() / "a" / "paper" / "verdicts.json", Json::object());
  EXPECT_EQ(diff("a", "b").exit_code, 0);
}

TEST_F(DiffCommand, NothingInCommonIsAnError) {
  run("a", "2.5", "w");
  fs::create_directories(folder_.path() / "empty");
  EXPECT_THROW(diff("a", "empty"), Error);
  EXPECT_THROW(diff("a", "nowhere"), Error);
}

}  // namespace
}  // namespace harness
