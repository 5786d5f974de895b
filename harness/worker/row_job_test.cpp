#include "harness/worker/row_job.h"

#include <gtest/gtest.h>

namespace harness {
namespace {

TEST(RowJob, ItsResultsNameItAndTheMachine) {
  RowJob job;
  job.suite = "minizoo";
  job.row.id = "fcn";
  job.device = "cpu";
  job.argv = {"halfproof", "run"};
  prepare_process(job);
  const RunResult result = new_result(job, "evaluate", "fp16", "key");
  EXPECT_EQ(result.suite, "minizoo");
  EXPECT_EQ(result.row, "fcn");
  EXPECT_EQ(result.stage, "evaluate");
  EXPECT_EQ(result.precision, "fp16");
  EXPECT_EQ(result.key, "key");
  EXPECT_EQ(result.argv.size(), 2U);
  EXPECT_TRUE(result.measurements.empty());
  EXPECT_EQ(result.environment.machine.cores, machine_record().cores);
  EXPECT_TRUE(result.environment.library.has_value());
}

}  // namespace
}  // namespace harness
