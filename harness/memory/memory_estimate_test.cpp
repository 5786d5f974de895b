#include "harness/memory/memory_estimate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/memory/training_memory.h"
#include "harness/precision/half_convolution.h"
#include "harness/precision/policy.h"
#include "harness/testing/minizoo_rows.h"

namespace harness {
namespace {

TEST(MemoryEstimate, IsEnoughAndNotFarTooMuch) {
  register_half_convolution();
  for (const auto* name : {"fcn_fp16", "deeplabv3plus_fp16"}) {
    Row row = minizoo_row(name).row;
    row.recipe["crop"] = {256, 512};
    row.recipe["batch"] = 2;
    for (const auto* precision : {"fp16", "fp32"}) {
      const auto needed = measure_training_memory(row, precision, torch::kCPU).peak.bytes;
      const auto setup = training_setup(row, {}, policy_of_precision(precision));
      const auto estimate = estimate_step_memory(setup, 2).sum();
      EXPECT_GE(estimate, needed) << name << " " << precision;
      EXPECT_LE(estimate, needed * 3 / 2) << name << " " << precision;
    }
  }
}

TEST(MemoryEstimate, ASmallStepNeedsNone) {
  const auto setup = training_setup(minizoo_row("fcn_fp16").row, {}, Policy::kFp16Master);
  EXPECT_EQ(estimate_step_memory(setup, 4).sum(), 0);
  EXPECT_EQ(estimation_memory(setup, 4), 0);
}

TEST(MemoryEstimate, OfMoreImagesIsOfMoreActivations) {
  Row row = minizoo_row("fcn_fp16").row;
  row.recipe["crop"] = {256, 512};
  const auto setup = training_setup(row, {}, Policy::kFp16Master);
  const StepMemoryEstimate two = estimate_step_memory(setup, 2);
  const StepMemoryEstimate eight = estimate_step_memory(setup, 8);
  EXPECT_EQ(eight.standing, two.standing);
  EXPECT_NEAR(static_cast<double>(eight.activations) / static_cast<double>(two.activations), 4.0,
              1e-6);
}

TEST(MemoryEstimate, ItsOwnNeedFollowsFromTheParameters) {
  const Suite suite = read_suite("suites/mmseg_fp16.json");
  for (const auto& row : suite.rows) {
    // About 70 million, of which the largest took 2.04 GB.
    const auto needed = estimation_memory(training_setup(row, {}, Policy::kFp16Master), 2);
    EXPECT_GT(needed, std::int64_t{1900} << 20) << row.id;
    EXPECT_LT(needed, std::int64_t{3} << 30) << row.id;
  }
}

TEST(MemoryEstimate, AMachineThatHasLessIsRefusedWithBothNumbers) {
  EXPECT_NO_THROW(require_memory("a step", 1000, 1000));
  try {
    require_memory("a step", std::int64_t{6} << 30, std::int64_t{4} << 30);
    FAIL() << "expected an Error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kUnavailable);
    EXPECT_THAT(error.detail(), testing::HasSubstr("6.00 GiB"));
    EXPECT_THAT(error.detail(), testing::HasSubstr("4.00 GiB"));
  }
}

}  // namespace
}  // namespace harness
