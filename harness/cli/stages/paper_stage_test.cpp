#include "harness/cli/stages/paper_stage.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/file.h"
#include "harness/testing/paper_documents.h"

namespace harness {
namespace {
namespace fs = std::filesystem;
using testing::HasSubstr;

/// A row of the mini zoo, and a worker that is a shell script which keeps the job it was given.
class PaperStage : public testing::Test {
 protected:
  void SetUp() override {
    suite_ = read_suite("suites/minizoo.json");
    row_ = suite_.rows.front();
    options_.experiments = {"overflow"};
    options_.folder = folder_.path() / "run" / "paper";
    options_.worker = folder_.path() / "worker";
    options_.quiet = true;
    std::ofstream(options_.worker) << "#!/bin/sh\ncat > " << (folder_.path() / "job").string()
                                   << "\nexit ${HALFPROOF_TEST_EXIT:-0}\n";
    fs::permissions(options_.worker, fs::perms::owner_all);
  }
  void measure() {
    const ExaminedRow examined = examine_row(suite_, row_, StoreOptions{});
    measure_paper_row(suite_, row_, examined, StoreOptions{}, options_);
  }
  fs::path file(const char* suffix) const {
    return options_.folder / (experiment_file_stem("overflow", row_.id) + suffix);
  }
  std::vector<VerdictRecord> judge() {
    return judge_paper_document(options_.folder, "overflow", row_.id);
  }

  TemporaryFolder folder_;
  Suite suite_;
  Row row_;
  PaperOptions options_;
};

TEST_F(PaperStage, GivesTheWorkerRowDataWeightsAndWhereToWrite) {
  measure();
  const Json job = read_json_file(folder_.path() / "job");
  EXPECT_EQ(job.at("experiment"), "overflow");
  EXPECT_EQ(job.at("out"), file(".json").string());
  EXPECT_THAT(job.at("pretrained").get<std::string>(), testing::EndsWith("-32c09ca3.pth"));
  EXPECT_TRUE(fs::path(job.at("checkpoint").get<std::string>()).is_absolute());
  // It said that all is well and left nothing.
  const auto verdicts = judge();
  ASSERT_FALSE(verdicts.empty());
  EXPECT_EQ(verdicts[0].verdict, Verdict::kFail);
  EXPECT_THAT(verdicts[0].reason, HasSubstr("nothing was measured"));
}

TEST_F(PaperStage, AnEarlierDocumentDoesNotStandForAWorkerThatDies) {
  write_json_file(file(".json"), Json::object());
  write_file_atomic(file(".svg"), "an earlier plot");
  setenv("HALFPROOF_TEST_EXIT", "3", 1);
  measure();
  unsetenv("HALFPROOF_TEST_EXIT");
  const auto left = experiment_from_json(read_json_file(file(".json")), "f");
  EXPECT_EQ(left.status, RunStatus::kError);
  EXPECT_THAT(left.reason, HasSubstr("exit code 3"));
  EXPECT_FALSE(fs::exists(file(".svg")));
  EXPECT_EQ(judge()[0].verdict, Verdict::kFail);
  options_.data = folder_.path();
  measure();
  EXPECT_EQ(judge()[0].verdict, Verdict::kSkipped);
}

TEST_F(PaperStage, JudgesAStoredDocumentAndDrawsIt) {
  OverflowRecord record = overflow_record();
  record.guarded.ruined = 1;
  Experiment experiment = document(PaperExperiment::kOverflow, record);
  experiment.row = row_.id;
  experiment.charts.emplace_back();
  write_json_file(file(".json"), to_json(experiment));
  for (const auto& verdict : judge()) {
    const bool is_broken = verdict.claim == "check-protects";
    EXPECT_EQ(verdict.verdict, is_broken ? Verdict::kFail : Verdict::kPass) << verdict.claim;
  }
  EXPECT_THAT(read_file(file(".svg")), HasSubstr("</svg>"));
  experiment.row = "another";
  write_json_file(file(".json"), to_json(experiment));
  EXPECT_THAT(judge()[0].reason, HasSubstr("got overflow with another"));
}

}  // namespace
}  // namespace harness
