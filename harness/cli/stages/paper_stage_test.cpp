#include "harness/cli/stages/paper_stage.h"

#include <fstream>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/file.h"
#include "harness/judge/paper_run.h"
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
    job_.suite = suite_.name;
    job_.rows = {row_.id};
    job_.seeds = {options_.seed};
    job_.experiments = options_.experiments;
    job_.rows_as_run = {{row_.id, "digest"}};
    job_.asked = experiments_of(job_);
    begin_paper_job(options_.folder, job_);
    const ExaminedRow examined = examine_row(suite_, row_, StoreOptions{});
    measure_paper_row(suite_, row_, examined, StoreOptions{}, options_, job_);
  }
  fs::path file(const char* suffix) const {
    return options_.folder / (experiment_file_stem("overflow", row_.id) + suffix);
  }
  /// The experiment as it counts.
  Experiment counted() { return read_paper(options_.folder).experiments.at(0); }
  std::string key() { return read_paper_job(options_.folder).asked.at(0).key; }

  TemporaryFolder folder_;
  Suite suite_;
  Row row_;
  PaperOptions options_;
  PaperJobRecord job_;
};

TEST_F(PaperStage, GivesTheWorkerRowDataWeightsAndWhereToWrite) {
  measure();
  const Json job = read_json_file(folder_.path() / "job");
  EXPECT_EQ(job.at("experiment"), "overflow");
  EXPECT_EQ(job.at("out"), file(".json").string());
  EXPECT_THAT(job.at("pretrained").get<std::string>(), testing::EndsWith("-32c09ca3.pth"));
  EXPECT_TRUE(fs::path(job.at("checkpoint").get<std::string>()).is_absolute());
  EXPECT_EQ(job.at("key"), key());
  EXPECT_FALSE(key().empty());
  // It said that all is well and left nothing.
  EXPECT_EQ(counted().status, RunStatus::kError);
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
  EXPECT_EQ(counted().reason, left.reason) << "under the key that was asked for";
  options_.data = folder_.path();
  measure();
  EXPECT_EQ(counted().status, RunStatus::kSkipped);
}

TEST_F(PaperStage, AnotherSeedProgramOrRecipeHasAnotherKey) {
  measure();
  std::set<std::string> keys = {key()};
  options_.seed = 1;
  measure();
  keys.insert(key());
  options_.threads = 3;
  measure();
  keys.insert(key());
  row_.recipe["batch"] = 2;
  measure();
  keys.insert(key());
  std::ofstream(options_.worker, std::ios::app) << "# of another version\n";
  measure();
  keys.insert(key());
  EXPECT_EQ(keys.size(), 5U);
}

TEST_F(PaperStage, AJobThatDiesAtOnceLeavesNoVerdictsAndNothingBegun) {
  measure();
  Experiment earlier = document(PaperExperiment::kOverflow, overflow_record());
  earlier.suite = suite_.name;
  earlier.row = row_.id;
  earlier.seed = 0;
  earlier.key = key();
  write_json_file(file(".json"), to_json(earlier));
  EXPECT_EQ(counted().status, RunStatus::kOk);
  write_json_file(options_.folder / "verdicts.json", Json::object());
  job_.asked = experiments_of(job_);
  begin_paper_job(options_.folder, job_);
  EXPECT_FALSE(fs::exists(options_.folder / "verdicts.json"));
  EXPECT_EQ(counted().status, RunStatus::kError);
}

TEST_F(PaperStage, AnExperimentHasNoKeyBeforeItBegins) {
  options_.experiments = {"loss-scaling", "overflow"};
  const fs::path seen = folder_.path() / "seen";
  std::ofstream(options_.worker) << "#!/bin/sh\ncat > /dev/null\n[ $1 = paper ] && cp -n "
                                 << (options_.folder / kPaperJobFile).string() << " "
                                 << seen.string() << "\n";
  measure();
  const auto asked = paper_job_from_json(read_json_file(seen), "seen").asked;
  EXPECT_FALSE(asked.at(0).key.empty());
  EXPECT_TRUE(asked.at(1).key.empty());
  EXPECT_FALSE(read_paper_job(options_.folder).asked.at(1).key.empty());
}

TEST_F(PaperStage, DrawsWhatWasMeasured) {
  Experiment experiment = document(PaperExperiment::kOverflow, overflow_record());
  experiment.row = row_.id;
  experiment.charts.emplace_back();
  experiment.status = RunStatus::kError;
  draw_plots(options_.folder, {experiment});
  EXPECT_FALSE(fs::exists(file(".svg")));
  experiment.status = RunStatus::kOk;
  draw_plots(options_.folder, {experiment});
  EXPECT_THAT(read_file(file(".svg")), HasSubstr("</svg>"));
}

}  // namespace
}  // namespace harness
