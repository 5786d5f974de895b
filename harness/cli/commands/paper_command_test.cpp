#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/record/experiment.h"
#include "harness/testing/command_line.h"

namespace harness {
namespace {
using testing::HasSubstr;

constexpr const char* kRow = "fcn_r50w8-d8_64x128_600_fp16_scenes";

/// A run directory with one experiment that was skipped.
class PaperCommand : public testing::Test {
 protected:
  PaperCommand() {
    Experiment experiment = new_experiment(PaperExperiment::kOverflow, "minizoo", kRow);
    experiment.status = RunStatus::kSkipped;
    experiment.reason = "no data: none";
    write_json_file(folder_.path() / "paper" / (experiment_file_stem("overflow", kRow) + ".json"),
                    to_json(experiment));
  }

  CommandEnd paper(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"paper", "suites/minizoo.json", "--stored", "--out",
                                         folder_.path().string()});
    return run_command_line(add_paper_command, arguments);
  }
  Json verdicts() const { return read_json_file(folder_.path() / "paper" / "verdicts.json"); }

  TemporaryFolder folder_;
};

TEST_F(PaperCommand, JudgesWhatIsStored) {
  const auto end = paper({});
  EXPECT_EQ(end.exit_code, 77);
  EXPECT_THAT(end.output, HasSubstr("SKIPPED"));
  EXPECT_EQ(verdicts().at("exit"), 77);
  const Json judged = verdicts().at("verdicts");
  ASSERT_FALSE(judged.empty());
  for (const auto& verdict : judged) {
    EXPECT_EQ(verdict.at("evidence"), "overflow");
    EXPECT_EQ(verdict.at("verdict"), "SKIPPED");
  }
}

TEST_F(PaperCommand, WhatWasNamedAndIsNotThereFails) {
  EXPECT_EQ(paper({"--row", "fcn", "--experiment", "loss-scaling"}).exit_code, 1);
  EXPECT_EQ(verdicts().at("exit"), 1);
}

TEST_F(PaperCommand, NothingStoredIsAnError) {
  std::filesystem::remove_all(folder_.path() / "paper");
  EXPECT_THROW(paper({}), Error);
}

TEST_F(PaperCommand, AnUnknownExperimentIsAnError) {
  EXPECT_THROW(paper({"--experiment", "no-such"}), CLI::ParseError);
}

}  // namespace
}  // namespace harness
