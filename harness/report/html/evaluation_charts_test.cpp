#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/record/evaluation_record.h"
#include "harness/testing/report_runs.h"

namespace harness {
namespace {
using testing::ElementsAre;
using testing::Field;
using testing::SizeIs;

class EvaluationCharts : public testing::Test {
 protected:
  std::vector<PageChart> charts() const {
    std::vector<PageChart> charts;
    add_evaluation_charts(first_row(input_), charts);
    return charts;
  }
  RunResult& result(const std::string& stage, const std::string& precision) {
    for (auto& one : input_.run.results.at(input_.suite.rows.front().id)) {
      if (one.stage == stage && one.precision == precision) return one;
    }
    throw std::runtime_error("no result");
  }
  ReportInput input_ = report_input(kGpuEvidence + "correctness/minizoo");
};

TEST_F(EvaluationCharts, ShowTheIouOfEachClassInBothArithmetics) {
  const auto all = charts();
  const PageChart& chart = chart_of(all, "IoU by class");
  ASSERT_THAT(chart.series, SizeIs(2));
  EXPECT_EQ(chart.series[0].name, "fp16 (mIoU 52.06)");
  EXPECT_EQ(chart.series[1].name, "fp32 (mIoU 52.06)");
  const auto record = measurements_of<EvaluationRecord>(result("evaluate", "fp16"));
  EXPECT_THAT(chart.series[0].points, SizeIs(record.iou.size()));
  EXPECT_NEAR(chart.series[0].points[0].second, record.iou[0], 1e-3);
  EXPECT_THAT(chart.categories, SizeIs(record.iou.size()));
}

TEST_F(EvaluationCharts, ShowWhatHalfAddsToFp32) {
  const auto half = measurements_of<EvaluationRecord>(result("evaluate", "fp16"));
  const auto single = measurements_of<EvaluationRecord>(result("evaluate", "fp32"));
  const auto all = charts();
  const PageChart& chart = chart_of(all, "IoU in fp16 minus IoU in fp32");
  EXPECT_NEAR(chart.series.at(0).points.at(1).second, half.iou[1] - single.iou[1], 1e-5);
}

TEST_F(EvaluationCharts, TakeTheNamesOfTheClassesFromTheCheckpoint) {
  Json& meta = result("examine", "").measurements["checkpoint"]["meta"];
  const std::size_t count = charts().at(0).categories.size();
  Json names = Json::array();
  for (std::size_t i = 0; i < count; ++i) names.push_back("</script> " + std::to_string(i));
  meta["CLASSES"] = names;
  EXPECT_EQ(charts().at(0).categories.at(1), "</script> 1");
  meta["CLASSES"] = "road";
  EXPECT_NE(charts().at(0).categories.at(1), "</script> 1");
}

TEST_F(EvaluationCharts, LeaveOutWhatCannotBeRead) {
  result("evaluate", "fp32").measurements = {{"miou", "high"}};
  const auto all = charts();
  ASSERT_THAT(all, SizeIs(1));
  EXPECT_THAT(all[0].series, SizeIs(1));
  result("evaluate", "fp16").status = RunStatus::kError;
  EXPECT_TRUE(charts().empty());
}

}  // namespace
}  // namespace harness
