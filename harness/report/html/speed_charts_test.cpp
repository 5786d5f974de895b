#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/record/speed_record.h"
#include "harness/testing/report_runs.h"

namespace harness {
namespace {
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

double sum_of(const PageSeries& series) {
  return std::accumulate(series.points.begin(), series.points.end(), 0.0,
                         [](double sum, const auto& point) { return sum + point.second; });
}

class SpeedCharts : public testing::Test {
 protected:
  std::vector<PageChart> charts() const {
    std::vector<PageChart> charts;
    add_speed_charts(first_row(input_), charts);
    return charts;
  }
  ReportInput input_ = report_input(kGpuEvidence + "published_size/speed");
};

TEST_F(SpeedCharts, CountEveryTimedImageOnce) {
  const auto all = charts();
  const auto record = measurements_of<SpeedRecord>(first_row(input_).results.front());
  const PageChart& chart = chart_of(all, "Images per second in fp16, by the source's protocol");
  EXPECT_EQ(sum_of(chart.series.at(0)), static_cast<double>(record.source->seconds.size()));
  EXPECT_EQ(chart.marks.at(0).label, "median");
  EXPECT_NEAR(chart.marks.at(0).at, record.source->images_per_second,
              0.05 * record.source->images_per_second);
}

TEST_F(SpeedCharts, NameThePublishedRateOfTheRowsOwnArithmetic) {
  const auto all = charts();
  EXPECT_THAT(chart_of(all, "Images per second in fp16").note, HasSubstr("8.64 on V100"));
  EXPECT_THAT(chart_of(all, "Images per second in fp32").note, Not(HasSubstr("V100")));
}

TEST_F(SpeedCharts, ShowTheTimeOfKernelsByKind) {
  const auto all = charts();
  const PageChart& chart = chart_of(all, "Time of one image on the GPU");
  EXPECT_THAT(chart.categories, Not(IsEmpty()));
  const auto record = measurements_of<SpeedRecord>(first_row(input_).results.front());
  double seconds = 0.0;
  for (const auto& [kind, time] : record.kernels->seconds) seconds += time;
  EXPECT_NEAR(sum_of(chart.series.at(0)), 1e3 * seconds, 1e-3);
}

}  // namespace
}  // namespace harness
