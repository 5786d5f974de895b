#include "harness/report/html/row_charts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/testing/report_runs.h"

namespace harness {
namespace {
using testing::IsEmpty;
using testing::SizeIs;

TEST(RowCharts, AreThoseOfTheStagesThatRan) {
  const ReportInput evaluated = report_input(kGpuEvidence + "correctness/minizoo");
  EXPECT_THAT(row_charts(first_row(evaluated)), SizeIs(2));
  const ReportInput stepped = report_input(kGpuEvidence + "published_size/memory");
  EXPECT_THAT(row_charts(first_row(stepped)), SizeIs(3));
}

TEST(RowCharts, AreNoneWithoutRecords) {
  const Row row;
  const std::vector<RunResult> none;
  EXPECT_THAT(row_charts({row, none, "nowhere", nullptr}), IsEmpty());
}

}  // namespace
}  // namespace harness
