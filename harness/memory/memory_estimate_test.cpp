#include "harness/memory/memory_estimate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/memory/training_memory.h"
#include "harness/precision/half_convolution.h"
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
      const auto estimate = estimate_training_memory(row, precision);
      EXPECT_GE(estimate, needed) << name << " " << precision;
      EXPECT_LE(estimate, needed * 3 / 2) << name << " " << precision;
    }
  }
}

TEST(MemoryEstimate, ASmallStepNeedsNone) {
  EXPECT_EQ(estimate_training_memory(minizoo_row("fcn_fp16").row, "fp16"), 0);
  EXPECT_EQ(estimation_memory(minizoo_row("fcn_fp16").row), 0);
}

TEST(MemoryEstimate, ItsOwnNeedFollowsFromTheParameters) {
  const Suite suite = read_suite("suites/mmseg_fp16.json");
  for (const auto& row : suite.rows) {
    // About 70 million, of which the largest took 2.04 GB.
    EXPECT_GT(estimation_memory(row), std::int64_t{1900} << 20) << row.id;
    EXPECT_LT(estimation_memory(row), std::int64_t{3} << 30) << row.id;
  }
}

TEST(MemoryEstimate, AMachineThatHasLessIsRefusedWithBothNumbers) {
  EXPECT_NO_THROW(require_memory(1000, 1000));
  try {
    require_memory(std::int64_t{6} << 30, std::int64_t{4} << 30);
    FAIL() << "expected an Error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kUnavailable);
    EXPECT_THAT(error.detail(), testing::HasSubstr("6.00 GiB"));
    EXPECT_THAT(error.detail(), testing::HasSubstr("4.00 GiB"));
  }
}

}  // namespace
}  // namespace harness
