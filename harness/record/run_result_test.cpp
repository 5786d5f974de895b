#include "harness/record/run_result.h"

#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"

namespace harness {
namespace {

RunResult example() {
  RunResult result;
  result.suite = "minizoo";
  result.row = "fcn";
  result.stage = "evaluate";
  result.precision = "fp16";
  result.device = "cpu";
  result.started = "2026-11-24T05:30:50Z";
  result.elapsed_s = 1.5;
  result.key = "abc";
  result.argv = {"halfproof", "run"};
  result.measurements = {{"miou", 52.05}};
  return result;
}

TEST(RunResult, NamesItsFileByStagePrecisionAndSeed) {
  EXPECT_EQ(run_result_name("evaluate", "fp16"), "evaluate-fp16.json");
  EXPECT_EQ(run_result_name("train", "fp32", 2), "train-fp32-seed2.json");
  EXPECT_EQ(run_result_name("examine", ""), "examine.json");
}

TEST(RunResult, ReadsBackWhatItWrote) {
  const TemporaryFolder folder;
  write_json_file(folder.path() / "evaluate-fp16.json", to_json(example()));
  const auto results = read_run_results(folder.path());
  ASSERT_EQ(results.size(), 1U);
  EXPECT_EQ(to_json(results[0]), to_json(example()));
}

TEST(RunResult, AResultUnderTheNameOfAnotherIsRefused) {
  const TemporaryFolder folder;
  write_json_file(folder.path() / "evaluate-fp32.json", to_json(example()));
  try {
    read_run_results(folder.path());
    FAIL() << "expected an Error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kInvalidJson);
    EXPECT_NE(error.detail().find("evaluate-fp16.json"), std::string::npos) << error.detail();
  }
}

TEST(RunResult, RefusesAMissingFieldAndAnotherSchema) {
  Json broken = to_json(example());
  broken.erase("status");
  EXPECT_THROW(run_result_from_json(broken, "f"), Error);
  Json other = to_json(example());
  other["schema"] = "halfproof.run/1";
  EXPECT_THROW(run_result_from_json(other, "f"), Error);
  Json more = to_json(example());
  more["seeds"] = Json::object();
  EXPECT_THROW(run_result_from_json(more, "f"), Error);
  Json status = to_json(example());
  status["status"] = "fine";
  EXPECT_THROW(run_result_from_json(status, "f"), Error);
}

TEST(RunResult, RefusesWhatIsNoDigestNoDeviceNoPrecisionAndNoTime) {
  RunResult sound = example();
  sound.digests = {{"checkpoint", std::string(64, '0')}, {"weights", std::string(64, 'a')}};
  EXPECT_EQ(run_result_from_json(to_json(sound), "f").digests, sound.digests);
  const std::pair<const char*, void (*)(RunResult&)> kinds[] = {
      {"digests.weights", [](RunResult& one) { one.digests["weights"].pop_back(); }},
      {"digests.weights", [](RunResult& one) { one.digests["weights"] = "seed 0"; }},
      {"digests.checkpoint", [](RunResult& one) { one.digests["checkpoint"][3] = 'g'; }},
      {"digests.notes", [](RunResult& one) { one.digests["notes"] = std::string(64, '0'); }},
      {"device", [](RunResult& one) { one.device = "abacus"; }},
      {"precision", [](RunResult& one) { one.precision = "fp15"; }},
      {"started", [](RunResult& one) { one.started = "yesterday"; }},
      {"elapsed_s", [](RunResult& one) { one.elapsed_s = -1.0; }}};
  for (const auto& [path, change] : kinds) {
    RunResult other = sound;
    change(other);
    try {
      run_result_from_json(to_json(other), "f");
      ADD_FAILURE() << path;
    } catch (const Error& error) {
      EXPECT_EQ(error.detail().rfind(std::string(path) + ": ", 0), 0U) << error.detail();
    }
  }
}

struct Sample {
  double miou = 0.0;

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("miou", self.miou);
  }
};

TEST(RunResult, MeasurementsAreReadAsTheStagesRecord) {
  RunResult result = example();
  EXPECT_EQ(measurements_of<Sample>(result).miou, 52.05);
  result.measurements = {{"mious", 52.05}};
  try {
    measurements_of<Sample>(result);
    FAIL() << "expected an Error";
  } catch (const Error& error) {
    EXPECT_EQ(error.subject(), "evaluate-fp16.json");
    EXPECT_EQ(error.detail().rfind("measurements.miou: ", 0), 0U) << error.detail();
  }
}

TEST(RunResult, AnExecutionIsNamedByStagePrecisionAndSeed) {
  EXPECT_EQ(execution_text("examine", ""), "examine");
  EXPECT_EQ(execution_text("train", "fp16", 3), "train in fp16, seed 3");
}

TEST(RunResult, AFolderThatDoesNotExistHoldsNoResults) {
  EXPECT_TRUE(read_run_results("/nonexistent").empty());
}

}  // namespace
}  // namespace harness
