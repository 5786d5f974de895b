#include "harness/cli/stages/train_stage.h"

#include <fstream>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"

namespace harness {
namespace {
namespace fs = std::filesystem;

/// A row of the mini zoo, and a worker that is a shell script which keeps the job it was given.
class TrainStage : public testing::Test {
 protected:
  void SetUp() override {
    suite_ = read_suite("suites/minizoo.json");
    row_ = suite_.rows.front();
    examined_ = examine_row(suite_, row_, StoreOptions{});
    options_.worker = folder_.path() / "worker";
    options_.quiet = true;
    write_worker("2.11.0");
  }
  void write_worker(const std::string& libtorch) {
    std::ofstream(options_.worker)
        << "#!/bin/sh\n[ $1 = versions ] && echo '{\"versions\": {\"LibTorch\": \"" << libtorch
        << "\"}}' && exit 0\ncat > " << (folder_.path() / "job.$$").string()
        << "\nexit ${HALFPROOF_TEST_EXIT:-0}\n";
    fs::permissions(options_.worker, fs::perms::owner_all);
  }
  std::vector<Json> train() {
    RunDirectory directory(folder_.path() / "run", suite_);
    JobRecord job;
    job.suite = suite_.name;
    job.suite_file = "suite.json";
    job.device = "cpu";
    job.rows = {row_.id};
    job.stages = {options_.stage};
    job.seeds = options_.seeds;
    job.asked = trainings_of(row_, options_);
    job.ask({row_.id, "examine", "", std::nullopt, ""});
    directory.write_job(job, suite_);
    train_row(suite_, row_, examined_, directory, StoreOptions{}, options_);
    std::vector<Json> jobs;
    for (const auto& entry : fs::directory_iterator(folder_.path())) {
      if (entry.path().stem() == "job") jobs.push_back(read_json_file(entry.path()));
    }
    return jobs;
  }
  void keep() {
    const RunDirectory directory(folder_.path() / "run", suite_);
    keep_other_trainings(suite_, row_, directory, StoreOptions{}, options_);
  }
  RunResult result(const std::string& name) {
    const auto path = folder_.path() / "run" / row_.id / name;
    return run_result_from_json(read_json_file(path), path.string());
  }

  TemporaryFolder folder_;
  Suite suite_;
  Row row_;
  ExaminedRow examined_;
  TrainOptions options_;
};

TEST_F(TrainStage, StartsOneWorkerForEachSeedAndPrecision) {
  options_.seeds = {0, 7};
  options_.iterations = 20;
  const auto jobs = train();
  ASSERT_EQ(jobs.size(), 4u);
  std::set<std::pair<std::string, int>> asked;
  std::set<std::string> keys;
  for (const auto& job : jobs) {
    asked.emplace(job.at("precision").get<std::string>(), job.at("seed").get<int>());
    keys.insert(job.at("key").get<std::string>());
    EXPECT_EQ(job.at("iterations"), 20);
    EXPECT_THAT(job.at("pretrained").get<std::string>(), testing::EndsWith("-32c09ca3.pth"));
  }
  EXPECT_THAT(asked, testing::UnorderedElementsAre(std::pair("fp16", 0), std::pair("fp16", 7),
                                                   std::pair("fp32", 0), std::pair("fp32", 7)));
  EXPECT_EQ(keys.size(), 4u);
}

TEST_F(TrainStage, ALockstepIsOfTheRowsOwnArithmetic) {
  options_.stage = "lockstep";
  options_.seeds = {0, 7};
  const auto jobs = train();
  ASSERT_EQ(jobs.size(), 2u);
  for (const auto& job : jobs) EXPECT_EQ(job.at("precision"), "fp16");
  setenv("HALFPROOF_TEST_EXIT", "3", 1);
  options_.precisions = {"fp16-amp"};
  train();
  unsetenv("HALFPROOF_TEST_EXIT");
  EXPECT_EQ(result("lockstep-fp16-amp-seed7.json").status, RunStatus::kError);
}

TEST_F(TrainStage, AWorkerThatDiesLeavesAResultThatSaysSo) {
  setenv("HALFPROOF_TEST_EXIT", "3", 1);
  options_.precisions = {"fp16"};
  train();
  unsetenv("HALFPROOF_TEST_EXIT");
  const RunResult left = result("train-fp16-seed0.json");
  EXPECT_EQ(left.status, RunStatus::kError);
  EXPECT_THAT(left.reason, testing::HasSubstr("exit code 3"));
  EXPECT_EQ(left.seed, 0);
  const JobRecord job = read_job(folder_.path() / "run");
  ASSERT_EQ(job.asked.size(), 2u);
  EXPECT_EQ(job.asked[0].seed, 0);
  EXPECT_EQ(job.asked[0].key, left.key);
  EXPECT_NE(left.key, "");
}

TEST_F(TrainStage, AStateOfAnotherTrainingIsKeptUnlessAskedToRestart) {
  options_.precisions = {"fp16"};
  options_.seeds = {0, 7};
  ASSERT_EQ(train().size(), 2u);
  const fs::path row = folder_.path() / "run" / row_.id;
  write_file_atomic(row / "train-fp16-seed7" / "latest.pth", "days of work");
  // The same command resumes it.
  EXPECT_NO_THROW(keep());
  options_.iterations = 20;
  try {
    keep();
    FAIL() << "it was not refused";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kUsage);
    EXPECT_THAT(error.subject(), testing::EndsWith("train-fp16-seed7"));
    EXPECT_THAT(error.detail(), testing::HasSubstr("iterations was 0, is 20"));
    EXPECT_THAT(error.detail(), testing::HasSubstr("--restart"));
    EXPECT_THAT(error.detail(), testing::Not(testing::HasSubstr("program")));
  }
  EXPECT_EQ(read_file(row / "train-fp16-seed7" / "latest.pth"), "days of work");
  options_.restart = true;
  keep();
  EXPECT_EQ(read_file(row / "train-fp16-seed7.old-1" / "latest.pth"), "days of work");
  EXPECT_FALSE(fs::exists(row / "train-fp16-seed7"));
  // The other seed had saved nothing yet.
  EXPECT_TRUE(fs::exists(row / "train-fp16-seed0"));
}

TEST_F(TrainStage, ATrainingByOtherLibrariesIsAnotherOne) {
  options_.precisions = {"fp16"};
  train();
  write_file_atomic(folder_.path() / "run" / row_.id / "train-fp16-seed0" / "latest.pth", "state");
  EXPECT_NO_THROW(keep());
  write_worker("2.12.0");
  try {
    keep();
    FAIL() << "it was not refused";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kUsage);
    EXPECT_THAT(error.detail(), testing::HasSubstr("LibTorch was \"2.11.0\", is \"2.12.0\""));
    EXPECT_THAT(error.detail(), testing::HasSubstr("program was"));
  }
}

TEST_F(TrainStage, ALockstepOfOtherOptionsIsRunAgain) {
  options_.stage = "lockstep";
  options_.iterations = 2;
  train();
  options_.iterations = 3;
  EXPECT_EQ(train().size(), 2u);
}

TEST_F(TrainStage, WithoutDataNothingIsStarted) {
  options_.data = folder_.path();
  options_.precisions = {"fp16"};
  EXPECT_TRUE(train().empty());
  EXPECT_EQ(result("train-fp16-seed0.json").status, RunStatus::kSkipped);
}

TEST_F(TrainStage, ABackboneThatIsNotTheLockedOneIsAnError) {
  StoreOptions store;
  store.lock = folder_.path() / "lock.json";
  row_.recipe = {{"pretrained", (folder_.path() / "backbone.pth").string()}};
  const fs::path backbone = folder_.path() / "backbone.pth";
  fs::copy_file("fixtures/checkpoints/small_zip.pth", backbone);
  EXPECT_EQ(obtain_pretrained(suite_, row_, examined_, store).obstacle.status, RunStatus::kOk);
  fs::copy_file("fixtures/checkpoints/small_legacy.pth", backbone,
                fs::copy_options::overwrite_existing);
  const PretrainedBackbone changed = obtain_pretrained(suite_, row_, examined_, store);
  EXPECT_EQ(changed.obstacle.status, RunStatus::kError);
  EXPECT_THAT(changed.obstacle.reason, testing::HasSubstr("checksum mismatch"));
  EXPECT_TRUE(changed.file.empty());
}

TEST_F(TrainStage, ABackboneThatIsNotThereIsAnError) {
  row_.checkpoint = fs::absolute(suite_.folder / row_.checkpoint).string();
  auto& model = examined_.record.checkpoint->config["model"];
  model["pretrained"] = "pretrain/nowhere-00000000.pth";
  options_.precisions = {"fp16"};
  EXPECT_TRUE(train().empty());
  EXPECT_EQ(result("train-fp16-seed0.json").status, RunStatus::kError);
  EXPECT_THAT(result("train-fp16-seed0.json").reason, testing::HasSubstr("recipe.pretrained"));
  model["pretrained"] = nullptr;
  EXPECT_EQ(pretrained_location(suite_, row_, examined_), "");
  model["pretrained"] = "open-mmlab://resnet101_v1c";
  EXPECT_THAT(pretrained_location(suite_, row_, examined_),
              testing::EndsWith("/resnet101_v1c-e67eebb6.pth"));
}

TEST_F(TrainStage, ABackboneIsNotSearchedAboveTheWorkingFolder) {
  examined_.record.checkpoint->config["model"]["pretrained"] = "README.md";
  EXPECT_THAT(pretrained_location(suite_, row_, examined_), testing::EndsWith("README.md"))
      << "the test is about a file that there is above the checkpoint and the working folder";
  for (const char* url : {"https://zoo.invalid/a/fcn.pth", "file:///zoo/a/fcn.pth"}) {
    row_.checkpoint = url;
    EXPECT_EQ(pretrained_location(suite_, row_, examined_), "");
  }
}

}  // namespace
}  // namespace harness
