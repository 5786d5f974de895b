#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/file.h"
#include "harness/record/training_record.h"
#include "harness/testing/report_runs.h"

namespace harness {
namespace {
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;

class TrainingCharts : public testing::Test {
 protected:
  std::vector<PageChart> charts() const {
    std::vector<PageChart> charts;
    RowRecords records = first_row(input_);
    records.folder = folder_.path();
    records.published = &log_;
    add_training_charts(records, charts);
    return charts;
  }
  /// Changes the record of FP16's first seed.
  template <typename Change>
  void change(const Change& change) {
    for (auto& one : input_.run.results.at(input_.suite.rows.front().id)) {
      if (one.precision != "fp16" || one.seed != 0) continue;
      auto record = measurements_of<TrainingRecord>(one);
      change(record);
      one.measurements = record_to_json(record);
    }
  }
  TemporaryFolder folder_;
  TrainingLog log_;
  ReportInput input_ = report_input(kGpuEvidence + "correctness/retrained-fcn");
};

TEST_F(TrainingCharts, ShowEachTrainingOverThePublishedLog) {
  std::filesystem::create_directories(folder_.path() / "train-fp16-seed0");
  write_file_atomic(folder_.path() / "train-fp16-seed0" / "steps.jsonl",
                    "{\"step\":0,\"lr\":0.05,\"loss\":4.5}\n{\"step\":1,\"lr\":0.04,\"loss\":4}\n");
  log_.train = {{2, 50, {{"loss", 3.5}, {"lr", 0.03}}}, {3, 100, {{"loss", "none"}}}};
  log_.validation = {{4, 100, {{"mIoU", 0.5}}}};
  const auto all = charts();
  const PageChart& loss = chart_of(all, "Loss");
  ASSERT_THAT(loss.series, SizeIs(2));
  EXPECT_EQ(loss.series[0].name, "fp16, seed 0");
  EXPECT_THAT(loss.series[0].points, ElementsAre(Pair(0, 4.5), Pair(1, 4)));
  EXPECT_EQ(loss.series[1].name, "published log");
  EXPECT_THAT(loss.series[1].points, ElementsAre(Pair(50, 3.5)));
  EXPECT_THAT(chart_of(all, "Learning rate").series, SizeIs(2));
  const PageChart& miou = chart_of(all, "mIoU on the validation images");
  EXPECT_THAT(miou.series, SizeIs(7));
  EXPECT_THAT(miou.series.back().points, ElementsAre(Pair(100, 50.0)));
}

TEST_F(TrainingCharts, ShowNoPublishedLossAlone) {
  log_.train = {{2, 50, {{"loss", 3.5}, {"lr", 0.03}}}};
  EXPECT_THROW(chart_of(charts(), "Learning rate"), std::runtime_error);
}

TEST_F(TrainingCharts, ShowTheScaleAndTheStepsThatItSkipped) {
  change([](TrainingRecord& record) {
    record.scale = {8, 2, 2, 8, {{3, 4.0}, {5, 2.0}}};
    record.skipped_steps = {2, 4};
    record.skipped = 2;
    record.steps = 10;
  });
  const auto all = charts();
  const PageChart& scale = chart_of(all, "Loss scale");
  EXPECT_THAT(scale.series.at(0).points,
              ElementsAre(Pair(0, 8), Pair(3, 8), Pair(3, 4), Pair(5, 4), Pair(5, 2), Pair(9, 2)));
  EXPECT_THAT(scale.series.at(1).points, ElementsAre(Pair(2, 8), Pair(4, 4)));
  EXPECT_EQ(scale.note, "2 steps were skipped in all.");
}

TEST_F(TrainingCharts, ShowSeedsAsPointsWithTheIntervalOfTheirMean) {
  const auto all = charts();
  const PageChart& seeds = chart_of(all, "mIoU of each seed");
  EXPECT_THAT(seeds.categories, ElementsAre("fp16", "fp32", "reference runs"));
  EXPECT_THAT(seeds.series.at(0).points, SizeIs(3 + 3 + 5));
  ASSERT_THAT(seeds.series.at(1).spans, SizeIs(3));
  // 3 runs, mean 50.28, sd 1.71 (verdicts.json): 50.28 -+ 2.920 * 1.71 / sqrt(3).
  EXPECT_NEAR(seeds.series[1].points[0].second, 50.281, 1e-3);
  EXPECT_NEAR(seeds.series[1].spans[0].first, 47.4, 0.02);
  EXPECT_NEAR(seeds.series[1].spans[0].second, 53.16, 0.02);
  ASSERT_THAT(seeds.marks, SizeIs(1));
  EXPECT_EQ(seeds.marks[0].at, 52.05);
}

TEST_F(TrainingCharts, ComparesNoTrainingThatWasNotWhole) {
  change([](TrainingRecord& record) { record.iterations = record.scheduled_iterations - 1; });
  EXPECT_THAT(chart_of(charts(), "mIoU of each seed").series.at(0).points, SizeIs(2 + 3 + 5));
}

}  // namespace
}  // namespace harness
