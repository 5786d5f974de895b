#include "harness/cli/stages/run_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/system/machine.h"

namespace harness {
namespace {
using testing::ElementsAre;

std::vector<std::string> default_stages_of(const std::string& file) {
  const Suite suite = read_suite(file);
  return default_stages(select_rows(suite, {}));
}

TEST(RunPlan, MemoryIsMeasuredByDefaultWhereItIsPublished) {
  EXPECT_THAT(default_stages_of("suites/mmseg_fp16.json"),
              ElementsAre("examine", "evaluate", "memory"));
  EXPECT_THAT(default_stages_of("suites/minizoo.json"), ElementsAre("examine", "evaluate"));
}

TEST(RunPlan, ExecutesItsStagesInThePrecisionsOfTheRow) {
  const Suite suite = read_suite("suites/mmseg_fp16.json");
  RunPlan plan;
  plan.stages = default_stages(select_rows(suite, {}));
  std::vector<std::string> names;
  for (const auto& one : executions_of(suite.rows[0], plan)) {
    names.push_back(run_result_name(one.stage, one.precision));
  }
  EXPECT_THAT(names, ElementsAre("examine.json", "evaluate-fp16.json", "evaluate-fp32.json",
                                 "parity-fp16.json", "memory-fp16.json", "memory-fp32.json"));
}

TEST(RunPlan, OnTheCpuAResultIsOfANumberOfThreads) {
  RunPlan plan;
  EXPECT_EQ(worker_options(plan).threads, default_threads());
  plan.threads = 3;
  EXPECT_EQ(worker_options(plan).threads, 3);
  plan.threads = 0;
  plan.device = "cuda";
  EXPECT_EQ(worker_options(plan).threads, 0);
}

TEST(RunPlan, TellsWorkersHowMuchMemoryTheyMayTake) {
  RunPlan plan;
  EXPECT_EQ(worker_options(plan).memory_bytes, 0);
  plan.memory_gib = 1.5;
  EXPECT_EQ(worker_options(plan).memory_bytes, 1610612736);
}

TEST(RunPlan, WhatIsNoSuiteIsRefusedWithAWayToOne) {
  for (const auto& [file, code] : {std::pair{"suites/none.json", ErrorCode::kIo},
                                   std::pair{"README.md", ErrorCode::kInvalidJson}}) {
    try {
      read_named_suite(file);
      ADD_FAILURE() << "expected an Error for " << file;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), code);
      EXPECT_THAT(error.detail(), testing::HasSubstr("halfproof import"));
    }
  }
}

}  // namespace
}  // namespace harness
