#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/record/memory_record.h"
#include "harness/testing/report_runs.h"

namespace harness {
namespace {
using testing::ElementsAre;
using testing::SizeIs;

TEST(MemoryCharts, StackThePartsOfThePeakUnderThePublishedNumber) {
  const ReportInput input = report_input(kGpuEvidence + "published_size/memory");
  std::vector<PageChart> charts;
  add_memory_charts(first_row(input), charts);
  ASSERT_THAT(charts, SizeIs(3));
  const PageChart& peak = charts[0];
  EXPECT_TRUE(peak.stacked);
  EXPECT_THAT(peak.categories, ElementsAre("fp16", "fp32"));
  double sum = 0.0;
  for (const auto& series : peak.series) sum += series.points.at(0).second;
  const auto record = measurements_of<MemoryRecord>(first_row(input).results.front());
  EXPECT_NEAR(sum, static_cast<double>(record.peak.bytes) / 0x1p30, 1e-4);
  ASSERT_THAT(peak.marks, SizeIs(1));
  EXPECT_EQ(peak.marks[0].at, 5.37);
  EXPECT_FALSE(peak.marks[0].vertical);
  const PageChart& phases = chart_of(charts, "Largest memory in each phase");
  EXPECT_THAT(phases.categories, SizeIs(record.phases.size()));
}

}  // namespace
}  // namespace harness
