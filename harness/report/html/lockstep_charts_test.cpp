#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/record/lockstep_record.h"
#include "harness/testing/report_runs.h"

namespace harness {
namespace {
using testing::SizeIs;

TEST(LockstepCharts, ShowDistancesFromFp64StepByStep) {
  const ReportInput input = report_input(kGpuEvidence + "correctness/lockstep-fcn");
  std::vector<PageChart> charts;
  add_lockstep_charts(first_row(input), charts);
  ASSERT_THAT(charts, SizeIs(4));
  const auto& result = first_row(input).results.back();
  const auto record = measurements_of<LockstepRecord>(result);
  const LockstepDistance& third = record.series.at(2).distance.gradient;
  const PageChart& gradient = chart_of(charts, "Gradient: distance from FP64 (fp16, seed 0)");
  ASSERT_THAT(gradient.series, SizeIs(3));
  EXPECT_TRUE(gradient.y.logarithmic);
  EXPECT_EQ(gradient.series[0].name, "fp16-master");
  EXPECT_NEAR(gradient.series[0].points.at(2).second, third.policy / third.norm, 1e-6);
  EXPECT_NEAR(gradient.series[2].points.at(2).second, third.fp32 / third.norm, 1e-10);
  const PageChart& lost = chart_of(charts, "Gradients that half cannot hold");
  const LockstepGradients& counts = record.series.at(2).gradients;
  EXPECT_NEAR(
      lost.series.at(0).points.at(2).second,
      100.0 * static_cast<double>(counts.half_subnormals) / static_cast<double>(counts.looked_at),
      1e-4);
}

}  // namespace
}  // namespace harness
