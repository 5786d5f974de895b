#include "harness/train/training_session.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/openmmlab/training_log.h"
#include "harness/testing/minizoo_rows.h"
#include "harness/train/training_checkpoint.h"
#include "harness/worker/train_job.h"

namespace harness {
namespace {
namespace fs = std::filesystem;
using testing::HasSubstr;

/// The FCN row for a few steps, each training in a folder of its own.
class TrainingSessionTest : public testing::Test {
 protected:
  TrainJob job_for(const std::string& folder, const std::string& precision = "fp16") {
    TrainJob job;
    const MinizooRow row = minizoo_rows().at(0);
    job.suite = "minizoo";
    job.row = row.row;
    job.data.root = fs::absolute("fixtures/minizoo/data/scenes").string();
    job.data.height = 128;
    job.data.width = 256;
    job.checkpoint = row.checkpoint;
    job.pretrained = "fixtures/minizoo/zoo/pretrain/resnet50_v1c_w8-32c09ca3.pth";
    job.precision = precision;
    job.seed = 3;
    job.iterations = 4;
    job.digests = true;
    job.device = "cpu";
    job.key = "key";
    job.out = folder_.path() / folder;
    return job;
  }
  static void train(const TrainJob& job) {
    testing::internal::CaptureStdout();
    try {
      train_job(job);
    } catch (...) {
      testing::internal::GetCapturedStdout();
      throw;
    }
    testing::internal::GetCapturedStdout();
  }
  static fs::path folder_of(const TrainJob& job) {
    return job.out / training_folder(job.precision, job.seed);
  }
  static RunResult result_of(const TrainJob& job) { return read_run_results(job.out).at(0); }

  TemporaryFolder folder_;
};

TEST_F(TrainingSessionTest, LeavesTheRecordOfATraining) {
  const TrainJob job = job_for("a");
  train(job);
  const RunResult result = result_of(job);
  const auto measured = measurements_of<TrainingRecord>(result);
  EXPECT_EQ(result.stage, "train");
  EXPECT_EQ(result.seed, 3);
  EXPECT_EQ(measured.policy, "fp16-master");
  EXPECT_EQ(measured.scaler, "static");
  EXPECT_EQ(measured.steps, 4);
  EXPECT_EQ(measured.iterations, 4);
  EXPECT_EQ(measured.asked_iterations, 4);
  EXPECT_EQ(measured.scheduled_iterations, 600);
  EXPECT_EQ(measured.scale.min, 512.0);
  EXPECT_EQ(measured.skipped, 0);
  EXPECT_EQ(measured.non_finite_steps, 0);
  EXPECT_EQ(measured.non_finite_weights, 0);
  EXPECT_GT(measured.gradients.looked_at, 100000);
  EXPECT_GT(measured.peak_bytes, 1000000);
  EXPECT_EQ(measured.validation.size(), 1u);
  EXPECT_FALSE(measured.flight);
  // Half training by what was dispatched: every convolution and its gradient, no other dtype.
  ASSERT_TRUE(measured.census);
  EXPECT_EQ(measured.census->at("convolution").size(), 1u);
  EXPECT_GT(measured.census->at("convolution").at("float16"), 50);
  EXPECT_GT(measured.census->at("convolution_backward").at("float16"), 50);
  EXPECT_EQ(measured.census->at("loss"), (OperatorCounts::mapped_type{{"float32", 2}}));
  const TrainingLog log = read_training_log(folder_of(job) / "train.log.json");
  EXPECT_EQ(log.validation.size(), 1u);
  const auto snapshot = read_snapshot(folder_of(job) / "latest.pth");
  ASSERT_TRUE(snapshot);
  EXPECT_EQ(snapshot->state.steps, 4);
  EXPECT_EQ(snapshot->state.masters.size(), snapshot->state.momentum.size());
}

TEST_F(TrainingSessionTest, TheSameSeedGivesTheSameWeightsAndStepsAndAnotherDoesNot) {
  const TrainJob first = job_for("a", "fp32");
  const TrainJob second = job_for("b", "fp32");
  TrainJob other = job_for("c", "fp32");
  other.seed = 4;
  for (const TrainJob* job : std::initializer_list<const TrainJob*>{&first, &second, &other}) {
    train(*job);
  }
  EXPECT_EQ(result_of(first).digests.at("weights"), result_of(second).digests.at("weights"));
  EXPECT_NE(result_of(first).digests.at("weights"), result_of(other).digests.at("weights"));
  EXPECT_EQ(read_file(folder_of(first) / "steps.jsonl"),
            read_file(folder_of(second) / "steps.jsonl"));
}

TEST_F(TrainingSessionTest, GoesOnFromASavedStateBitForBit) {
  const TrainJob whole = job_for("whole");
  train(whole);
  // Cut short after two steps, with a line of the third in the records: as a kill leaves it.
  TrainJob part = job_for("part");
  part.iterations = 2;
  train(part);
  const fs::path folder = folder_of(part);
  write_file_atomic(folder / "steps.jsonl", read_file(folder / "steps.jsonl") + "{\"step\": 2, ");
  fs::remove(part.out / "train-fp16-seed3.json");
  part.iterations = 4;
  train(part);
  EXPECT_EQ(result_of(part).digests.at("weights"), result_of(whole).digests.at("weights"));
  EXPECT_EQ(read_file(folder / "steps.jsonl"), read_file(folder_of(whole) / "steps.jsonl"));
  EXPECT_EQ(result_of(part).measurements.at("steps"), 4);
}

TEST_F(TrainingSessionTest, AKillBeforeTheResultIsWrittenLosesNothing) {
  TrainJob job = job_for("a");
  job.iterations = 2;
  train(job);
  const RunResult before = result_of(job);
  fs::remove(job.out / "train-fp16-seed3.json");
  train(job);
  const RunResult after = result_of(job);
  EXPECT_EQ(after.measurements, before.measurements);
  EXPECT_EQ(after.digests, before.digests);
}

TEST_F(TrainingSessionTest, AStateOfAnotherJobIsNotTakenUp) {
  const TrainJob job = job_for("a", "fp32");
  train(job);
  write_file_atomic(folder_of(job) / "flight.json", "{}");
  const std::string steps = read_file(folder_of(job) / "steps.jsonl");
  TrainJob again = job;
  again.key = "another";
  again.iterations = 2;
  train(again);
  EXPECT_EQ(result_of(again).measurements.at("steps"), 2);
  EXPECT_EQ(result_of(again).measurements.at("flight"), nullptr);
  EXPECT_LT(read_file(folder_of(job) / "steps.jsonl").size(), steps.size());
}

TEST_F(TrainingSessionTest, ARecipeThatIsNotUnderstoodIsRefused) {
  TrainJob job = job_for("a");
  job.pretrained = minizoo_rows().at(0).checkpoint;
  EXPECT_THROW(train(job), Error);
}

}  // namespace
}  // namespace harness
