#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/judge/paper_run.h"
#include "harness/testing/command_line.h"
#include "harness/testing/paper_documents.h"

namespace harness {
namespace {
namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kRow = "fcn_r50w8-d8_64x128_600_fp16_scenes";

/// A run directory in which two experiments with a row were asked for and skipped, because there is
/// no data. replace_documents() makes of their documents what a worker leaves that has seen every
/// statement.
class PaperCommand : public testing::Test {
 protected:
  PaperCommand() { end_ = paper({"--row", "fcn", "--experiment", "overflow,loss-scaling"}); }

  CommandEnd paper(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"paper", "suites/minizoo.json", "--offline", "--data",
                                         (folder_.path() / "empty").string(), "--out",
                                         (folder_.path() / "run").string()});
    return run_command_line(add_paper_command, arguments);
  }
  CommandEnd judge(std::vector<std::string> arguments = {}) const {
    arguments.insert(arguments.begin(), "--stored");
    return paper(arguments);
  }
  std::optional<ErrorCode> refusal(const std::vector<std::string>& arguments) const {
    try {
      judge(arguments);
    } catch (const Error& error) {
      return error.code();
    }
    return std::nullopt;
  }

  fs::path paper_folder() const { return folder_.path() / "run" / "paper"; }
  fs::path document_of(const char* experiment) const {
    return paper_folder() / (experiment_file_stem(experiment, kRow) + ".json");
  }
  Json verdicts() const { return read_json_file(paper_folder() / "verdicts.json"); }

  void replace_documents() const {
    for (auto& experiment : measured_documents()) {
      const fs::path file = document_of(std::string(to_string(experiment.name)).c_str());
      if (!fs::exists(file)) continue;
      Experiment stored = experiment_from_json(read_json_file(file), "f");
      stored.status = RunStatus::kOk;
      stored.measurements = experiment.measurements;
      stored.settings = experiment.settings;
      write_json_file(file, to_json(stored));
    }
  }

  TemporaryFolder folder_;
  CommandEnd end_;
};

TEST_F(PaperCommand, WritesDownWhatItWasAskedForAndJudgesThat) {
  EXPECT_EQ(end_.exit_code, 77);
  const PaperJobRecord job = read_paper_job(paper_folder());
  EXPECT_EQ(job.suite, "minizoo");
  EXPECT_EQ(job.suite_file, "minizoo.json");
  EXPECT_THAT(job.rows, ElementsAre(kRow));
  EXPECT_THAT(job.seeds, ElementsAre(0));
  EXPECT_THAT(job.experiments, ElementsAre("loss-scaling", "overflow")) << "in the paper's order";
  ASSERT_EQ(job.asked.size(), 2U);
  for (const auto& asked : job.asked) EXPECT_FALSE(asked.key.empty()) << asked.stage;
  EXPECT_EQ(verdicts().at("counts"), (Json{{"SKIPPED", 10}}));
}

TEST_F(PaperCommand, JudgesWhatIsStored) {
  replace_documents();
  const CommandEnd end = judge();
  EXPECT_EQ(end.exit_code, 0) << end.output;
  EXPECT_EQ(verdicts().at("exit"), 0);
  EXPECT_EQ(verdicts().at("counts"), (Json{{"PASS", 9}, {"NOT_VERIFIABLE", 1}}));
  EXPECT_TRUE(fs::exists(document_of("overflow").replace_extension(".svg")));
}

TEST_F(PaperCommand, WhatIsMissingFailsWhetherOrNotItIsNamed) {
  replace_documents();
  fs::remove(document_of("loss-scaling"));
  EXPECT_EQ(judge().exit_code, 1);
  EXPECT_EQ(verdicts().at("exit"), 1);
  EXPECT_EQ(verdicts().at("failed").size(), 1U);
  EXPECT_EQ(judge({"--experiment", "loss-scaling"}).exit_code, 1);
  EXPECT_EQ(judge({"--experiment", "overflow"}).exit_code, 0);
}

TEST_F(PaperCommand, ASmallerSetShowsInTheVerdicts) {
  replace_documents();
  EXPECT_THAT(judge().output, HasSubstr("Not asked for: 20 statements of master-weights"));
  // 4 rows of which one was asked for: 3 x 5 are left.
  EXPECT_EQ(verdicts().at("not_asked").at("overflow"), 15);
}

TEST_F(PaperCommand, APartIsShownAndLeavesTheVerdictsOnAll) {
  replace_documents();
  judge();
  const Json all = verdicts();
  const CommandEnd end = judge({"--experiment", "overflow", "--json"});
  EXPECT_EQ(end.exit_code, 0);
  const Json part = parse_json(end.output, "output");
  EXPECT_EQ(part.at("verdicts").size(), 5U);
  EXPECT_EQ(part.at("not_asked").at("overflow"), 15);
  EXPECT_EQ(verdicts(), all);
}

TEST_F(PaperCommand, OtherDocumentsAreListed) {
  replace_documents();
  fs::copy_file(document_of("overflow"), paper_folder() / "overflow.psp.json");
  EXPECT_THAT(judge().output, HasSubstr("overflow.psp.json"));
  EXPECT_EQ(verdicts().at("left_over"), Json::array({"overflow.psp.json"}));
}

TEST_F(PaperCommand, WhatWasNotAskedForIsAnError) {
  EXPECT_EQ(refusal({"--row", "pspnet"}), ErrorCode::kUsage);
  EXPECT_EQ(refusal({"--experiment", "master-weights"}), ErrorCode::kUsage);
  EXPECT_EQ(refusal({"--seed", "1"}), ErrorCode::kUsage);
  EXPECT_EQ(refusal({"--row", "fcn", "--experiment", "overflow", "--seed", "0"}), std::nullopt);
}

TEST_F(PaperCommand, AFolderWithoutAJobIsAnErrorAndIsNotCreated) {
  replace_documents();
  fs::remove(paper_folder() / kPaperJobFile);
  EXPECT_EQ(refusal({}), ErrorCode::kUsage);
  const fs::path nowhere = folder_.path() / "nowhere";
  const std::vector<std::string> stored_nowhere = {"paper", "suites/minizoo.json", "--stored",
                                                   "--out", nowhere.string()};
  EXPECT_THROW(run_command_line(add_paper_command, stored_nowhere), Error);
  EXPECT_FALSE(fs::exists(nowhere));
}

TEST_F(PaperCommand, ASmallerJobTakesThePlaceOfTheEarlierOne) {
  replace_documents();
  EXPECT_EQ(paper({"--row", "fcn", "--experiment", "overflow"}).exit_code, 77);
  EXPECT_EQ(verdicts().at("left_over"), Json::array({document_of("loss-scaling").filename()}));
  EXPECT_EQ(verdicts().at("verdicts").size(), 5U);
}

TEST_F(PaperCommand, AnUnknownExperimentIsAnError) {
  EXPECT_THROW(judge({"--experiment", "no-such"}), CLI::ParseError);
}

}  // namespace
}  // namespace harness
