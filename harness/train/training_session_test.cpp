#include "harness/train/training_session.h"

#include <filesystem>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/openmmlab/training_log.h"
#include "harness/precision/half_convolution.h"
#include "harness/testing/short_training.h"
#include "harness/train/training_checkpoint.h"

namespace harness {
namespace {
namespace fs = std::filesystem;
using testing::HasSubstr;

/// The FCN row for a few steps, each training in a folder of its own.
class TrainingSessionTest : public testing::Test {
 protected:
  TrainingSessionTest() { register_half_convolution(); }

  TrainingRequest request_for(const std::string& folder, const std::string& precision = "fp16") {
    return short_training("fcn_fp16", precision, 4, folder_.path() / folder);
  }
  static TrainingOutcome train(const TrainingRequest& request) {
    return TrainingSession(request).run();
  }

  TemporaryFolder folder_;
};

TEST_F(TrainingSessionTest, LeavesTheRecordOfATraining) {
  TrainingRequest request = request_for("a");
  std::vector<Json> events;
  request.on_event = [&events](const Json& event) { events.push_back(event); };
  const TrainingRecord measured = train(request).record;
  ASSERT_EQ(events.size(), 4U);
  EXPECT_EQ(events.back().at("label"), "a");
  EXPECT_EQ(events.back().at("done"), 4);
  EXPECT_EQ(events.back().at("total"), 4);
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
  EXPECT_FALSE(measured.first_overflow);
  // Half training by what was dispatched: every convolution and its gradient, no other dtype.
  ASSERT_TRUE(measured.census);
  EXPECT_EQ(measured.census->at("convolution").size(), 1u);
  EXPECT_GT(measured.census->at("convolution").at("float16"), 50);
  EXPECT_GT(measured.census->at("convolution_backward").at("float16"), 50);
  EXPECT_EQ(measured.census->at("loss"), (OperatorCounts::mapped_type{{"float32", 2}}));
  const TrainingLog log = read_training_log(request.folder / "train.log.json");
  EXPECT_EQ(log.validation.size(), 1u);
  const auto snapshot = read_snapshot(request.folder / "latest.pth");
  ASSERT_TRUE(snapshot);
  EXPECT_EQ(snapshot->state.steps, 4);
  EXPECT_EQ(snapshot->state.masters.size(), snapshot->state.momentum.size());
}

TEST_F(TrainingSessionTest, TheSameSeedGivesTheSameWeightsAndStepsAndAnotherDoesNot) {
  const TrainingRequest first = request_for("a", "fp32");
  const TrainingRequest second = request_for("b", "fp32");
  TrainingRequest other = request_for("c", "fp32");
  other.seed = 4;
  const std::string weights = train(first).weights;
  EXPECT_EQ(train(second).weights, weights);
  EXPECT_NE(train(other).weights, weights);
  EXPECT_EQ(read_file(first.folder / "steps.jsonl"), read_file(second.folder / "steps.jsonl"));
}

TEST_F(TrainingSessionTest, GoesOnFromASavedStateBitForBit) {
  const TrainingRequest whole = request_for("whole");
  const TrainingOutcome uninterrupted = train(whole);
  // Cut short after two steps, with a line of the third in the records: as a kill leaves it.
  TrainingRequest part = request_for("part");
  part.iterations = 2;
  train(part);
  const fs::path steps = part.folder / "steps.jsonl";
  write_file_atomic(steps, read_file(steps) + "{\"step\": 2, ");
  part.iterations = 4;
  const TrainingOutcome resumed = train(part);
  EXPECT_EQ(resumed.weights, uninterrupted.weights);
  EXPECT_EQ(read_file(steps), read_file(whole.folder / "steps.jsonl"));
  EXPECT_EQ(resumed.record.steps, 4);
}

TEST_F(TrainingSessionTest, AKillBeforeTheResultIsWrittenLosesNothing) {
  TrainingRequest request = request_for("a");
  request.iterations = 2;
  const TrainingOutcome before = train(request);
  const TrainingOutcome after = train(request);
  EXPECT_EQ(record_to_json(after.record), record_to_json(before.record));
  EXPECT_EQ(after.weights, before.weights);
}

TEST_F(TrainingSessionTest, AStateOfAnotherTrainingIsNeitherResumedNorOverwritten) {
  const TrainingRequest request = request_for("a", "fp32");
  train(request);
  std::map<std::string, std::string> before;
  for (const auto& file : fs::directory_iterator(request.folder)) {
    before[file.path().filename()] = read_file(file.path());
  }
  ASSERT_EQ(before.size(), 3U);
  TrainingRequest again = request;
  again.key = "another";
  try {
    train(again);
    FAIL() << "it was trained";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kUsage);
    EXPECT_THAT(error.detail(), HasSubstr("--restart"));
  }
  for (const auto& [name, bytes] : before) EXPECT_EQ(read_file(request.folder / name), bytes);
}

TEST_F(TrainingSessionTest, ReportsOfATrainingThatSavedNothingAreNotTakenForThisOnes) {
  const TrainingRequest request = request_for("a", "fp32");
  for (const auto* name : {"flight.json", "overflow.json"}) {
    write_file_atomic(request.folder / name, "{}");
  }
  const TrainingRecord measured = train(request).record;
  EXPECT_EQ(measured.flight, std::nullopt);
  EXPECT_EQ(measured.first_overflow, std::nullopt);
}

TEST_F(TrainingSessionTest, ADesignedOverflowIsReportedApartFromAFailure) {
  TrainingRequest request = request_for("a");
  request.iterations = 2;
  // A dynamic scale begins at 2^32, out of half's range.
  request.row.arithmetic->scaler = ScalerOptions::defaults(ScalerType::kMmcvDynamic);
  const TrainingRecord measured = train(request).record;
  EXPECT_EQ(measured.skipped, 2);
  EXPECT_EQ(measured.flight, std::nullopt);
  EXPECT_EQ(measured.first_overflow, "overflow.json");
  EXPECT_EQ(measured.non_finite_weights, 0);
  const Json report = read_json_file(request.folder / "overflow.json");
  EXPECT_EQ(report.at("step"), 0);
  EXPECT_GT(report.at("gradients").at("count"), 0);
  EXPECT_EQ(report.at("weights").at("count"), 0);
}

TEST_F(TrainingSessionTest, AScaleThatNobodyChecksBreaksTheTraining) {
  TrainingRequest request = request_for("a");
  request.iterations = 2;
  request.row.arithmetic->scaler = ScalerOptions{.type = ScalerType::kStatic, .init_scale = 0x1p32};
  request.row.arithmetic->quirks.no_overflow_check = true;
  const TrainingRecord measured = train(request).record;
  EXPECT_EQ(measured.flight, "flight.json");
  EXPECT_EQ(measured.first_overflow, std::nullopt);
  EXPECT_GT(measured.non_finite_weights, 0);
  EXPECT_EQ(read_json_file(request.folder / "flight.json").at("step"), 0);
}

TEST_F(TrainingSessionTest, ARecipeThatIsNotUnderstoodIsRefused) {
  TrainingRequest request = request_for("a");
  request.pretrained = minizoo_row("fcn_fp16").checkpoint;
  EXPECT_THROW(train(request), Error);
}

}  // namespace
}  // namespace harness
