#include "harness/judge/paper_run.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/sha256.h"
#include "harness/testing/paper_documents.h"

namespace harness {
namespace {
namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

Row row_named(const std::string& id) {
  Row row = measured_row();
  row.id = id;
  return row;
}

/// A suite of two rows, and a folder with all experiments of the first of them, seed 3: 18
/// statements pass, and 1 cannot be judged.
class PaperRun : public testing::Test {
 protected:
  PaperRun() {
    suite_.name = "zoo";
    suite_.rows = {row_named("fcn"), row_named("psp")};
    job_.suite = "zoo";
    job_.rows = {"fcn"};
    job_.seeds = {3};
    job_.experiments = paper_experiments();
    job_.rows_as_run = {{"fcn", sha256_hex(what_was_run(suite_, suite_.rows[0]).dump())}};
    job_.asked = experiments_of(job_);
    for (auto& asked : job_.asked) asked.key = "key of " + asked.stage;
    for (auto& experiment : measured_documents()) {
      experiment.suite = "zoo";
      experiment.row = "fcn";
      experiment.seed = 3;
      experiment.key = fmt::format("key of {}", to_string(experiment.name));
      write(experiment);
    }
    write_job();
  }

  void write_job() const { write_json_file(folder_.path() / kPaperJobFile, to_json(job_)); }
  void write(const Experiment& experiment) const {
    write_json_file(file(to_string(experiment.name)), to_json(experiment));
  }
  fs::path file(std::string_view experiment) const {
    return folder_.path() / (experiment_file_stem(experiment, "fcn") + ".json");
  }
  Experiment stored(std::string_view experiment) const {
    return experiment_from_json(read_json_file(file(experiment)), "f");
  }
  JudgedRun judge(const PaperSelection& selection = {}) const {
    return judge_paper(read_paper(folder_.path()), suite_, selection);
  }

  /// Experiments of which no statement passes, and those that are not even judged.
  std::set<std::string> without_a_pass() const {
    std::set<std::string> names(job_.experiments.begin(), job_.experiments.end());
    for (const auto& record : judge().verdicts) {
      if (record.verdict == Verdict::kPass) names.erase(record.evidence);
    }
    return names;
  }
  std::optional<ErrorCode> refusal(const PaperSelection& selection = {}) const {
    try {
      judge(selection);
    } catch (const Error& error) {
      return error.code();
    }
    return std::nullopt;
  }

  TemporaryFolder folder_;
  Suite suite_;
  PaperJobRecord job_;
};

TEST_F(PaperRun, JudgesWhatWasAskedForInItsOrder) {
  const JudgedRun judged = judge();
  ASSERT_EQ(judged.verdicts.size(), 19U);
  EXPECT_EQ(judged.verdicts.front().evidence, "master-weights");
  EXPECT_EQ(judged.verdicts.back().evidence, "overflow");
  EXPECT_EQ(std::ranges::count(judged.verdicts, Verdict::kPass, &VerdictRecord::verdict), 18);
  EXPECT_EQ(exit_code(judged), 0);
  EXPECT_THAT(judged.failed, IsEmpty());
  EXPECT_THAT(judged.left_over, IsEmpty());
}

TEST_F(PaperRun, OneThatIsMissingFails) {
  fs::remove(file("overflow"));
  const JudgedRun judged = judge();
  EXPECT_EQ(judged.verdicts.size(), 19U);
  EXPECT_THAT(without_a_pass(), ElementsAre("overflow"));
  EXPECT_EQ(exit_code(judged), 1);
  ASSERT_EQ(judged.failed.size(), 1U);
  EXPECT_EQ(judged.failed[0].row, "fcn");
  EXPECT_EQ(judged.failed[0].execution, "overflow, seed 3");
}

/// What is wrong with the document of the overflow experiment.
struct Fault {
  const char* what;
  void (*change)(Experiment& experiment);
};

TEST_F(PaperRun, ADocumentOfSomethingElseFails) {
  const std::vector<Fault> faults = {
      {"another key", [](Experiment& one) { one.key = "of another program"; }},
      {"no key", [](Experiment& one) { one.key = ""; }},
      {"another row", [](Experiment& one) { one.row = "psp"; }},
      {"another suite", [](Experiment& one) { one.suite = "zoo2"; }},
      {"another seed", [](Experiment& one) { one.seed = 0; }},
      {"no seed", [](Experiment& one) { one.seed.reset(); }},
      {"another build", [](Experiment& one) { one.environment.build.commit = "another"; }},
      {"another experiment", [](Experiment& one) { one.name = PaperExperiment::kLossScaling; }},
      {"it died", [](Experiment& one) { one.status = RunStatus::kError; }},
      {"it was skipped", [](Experiment& one) { one.status = RunStatus::kSkipped; }}};
  const Experiment good = stored("overflow");
  for (const auto& [what, change] : faults) {
    Experiment broken = good;
    change(broken);
    write_json_file(file("overflow"), to_json(broken));
    EXPECT_THAT(without_a_pass(), ElementsAre("overflow")) << what;
  }
}

TEST_F(PaperRun, ADocumentThatCannotBeReadFails) {
  write_file_atomic(file("overflow"), "{\"schema\": ");
  EXPECT_THAT(without_a_pass(), ElementsAre("overflow"));
  Json earlier = to_json(stored("loss-scaling"));
  earlier["schema"] = "halfproof.experiment/2";
  write_json_file(file("loss-scaling"), earlier);
  EXPECT_THAT(without_a_pass(), ElementsAre("loss-scaling", "overflow"));
}

TEST_F(PaperRun, OneThatTheJobDidNotReachFailsWhateverLiesThere) {
  job_.ask({"fcn", "overflow", "", 3, ""});
  write_job();
  Experiment keyless = stored("overflow");
  keyless.key = "";
  write(keyless);
  EXPECT_THAT(without_a_pass(), ElementsAre("overflow"));
}

TEST_F(PaperRun, AFolderWithoutAJobIsRefused) {
  fs::remove(folder_.path() / kPaperJobFile);
  EXPECT_EQ(refusal(), ErrorCode::kUsage);
}

TEST_F(PaperRun, OtherDocumentsAreListedAndNotJudged) {
  Experiment other = stored("overflow");
  other.row = "psp";
  write_json_file(folder_.path() / "overflow.psp.json", to_json(other));
  write_json_file(folder_.path() / "verdicts.json", Json::object());
  const JudgedRun judged = judge();
  EXPECT_THAT(judged.left_over, ElementsAre("overflow.psp.json"));
  EXPECT_EQ(judged.verdicts.size(), 19U);
}

TEST_F(PaperRun, ASmallerJobSaysWhatItWasNotAskedFor) {
  // The other row has as many statements of each experiment.
  EXPECT_EQ(
      judge().not_asked,
      (std::map<std::string, std::int64_t>{
          {"fp32-accumulation", 4}, {"loss-scaling", 5}, {"master-weights", 5}, {"overflow", 5}}));
  std::erase(job_.experiments, "overflow");
  job_.asked = experiments_of(job_);
  write_job();
  const JudgedRun judged = judge();
  EXPECT_EQ(judged.not_asked.at("overflow"), 10);
  EXPECT_THAT(judged.left_over, ElementsAre("overflow.fcn.json"));
  suite_.rows.pop_back();
  EXPECT_EQ(judge().not_asked, (std::map<std::string, std::int64_t>{{"overflow", 5}}));
}

TEST_F(PaperRun, WhatIsSelectedIsJudgedAndTheRestCounted) {
  const JudgedRun judged = judge({{"fcn"}, {"overflow"}, {3}});
  EXPECT_EQ(judged.verdicts.size(), 5U);
  EXPECT_EQ(judged.verdicts[0].evidence, "overflow");
  EXPECT_EQ(judged.not_asked.at("master-weights"), 10);
  EXPECT_EQ(judged.not_asked.at("overflow"), 5);
}

TEST_F(PaperRun, WhatWasNotAskedForCannotBeSelected) {
  EXPECT_EQ(refusal({{"psp"}, {}, {}}), ErrorCode::kUsage);
  EXPECT_EQ(refusal({{}, {}, {0}}), ErrorCode::kUsage);
  std::erase(job_.experiments, "overflow");
  job_.asked = experiments_of(job_);
  write_job();
  EXPECT_EQ(refusal({{}, {"overflow"}, {}}), ErrorCode::kUsage);
  EXPECT_EQ(refusal({{}, {"loss-scaling"}, {}}), std::nullopt);
}

TEST_F(PaperRun, AnotherSuiteIsRefused) {
  suite_.name = "zoo2";
  EXPECT_EQ(refusal(), ErrorCode::kUsage);
}

TEST_F(PaperRun, ASuiteWithoutARowOfTheJobIsRefused) {
  suite_.rows.erase(suite_.rows.begin());
  EXPECT_EQ(refusal(), ErrorCode::kUsage);
}

TEST_F(PaperRun, AnotherRecipeIsRefusedAndAnotherClaimIsNot) {
  suite_.rows[0].claims.emplace_back();
  EXPECT_EQ(refusal(), std::nullopt);
  const Suite as_run = suite_;
  suite_.rows[0].recipe["batch"] = 8;
  EXPECT_EQ(refusal(), ErrorCode::kUsage);
  suite_ = as_run;
  suite_.data.root = "elsewhere";
  EXPECT_EQ(refusal(), ErrorCode::kUsage);
  suite_ = as_run;
  suite_.rows[0].checkpoint = "other.pth";
  EXPECT_EQ(refusal(), ErrorCode::kUsage);
}

}  // namespace
}  // namespace harness
