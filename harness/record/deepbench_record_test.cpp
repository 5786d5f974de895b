#include "harness/record/deepbench_record.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"

namespace harness {
namespace {
using testing::HasSubstr;

DeepbenchRecord measured() {
  DeepbenchRecord record;
  record.suite = "own";
  record.problem = "a";
  record.precision = "fp16";
  record.device = "cpu";
  record.work = {{"op", "gemm"}};
  record.kernels.emplace_back();
  record.kernels[0].check.outcome = CheckOutcome::kRight;
  record.kernels[0].check.exact = ExactCheckRecord{3, 10, 0};
  record.kernels[0].timing = TimingRecord{};
  record.kernels[0].timing->seconds = {{0.5, 0.25}};
  return record;
}

std::string refusal(const DeepbenchRecord& record) {
  try {
    deepbench_record_from_json(to_json(record), "a-fp16.json");
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kInvalidJson);
    return error.detail();
  }
  return "accepted";
}

TEST(DeepbenchRecord, IsReadAsItWasWritten) {
  const DeepbenchRecord again = deepbench_record_from_json(to_json(measured()), "f");
  EXPECT_EQ(to_json(again), to_json(measured()));
  EXPECT_EQ(again.kernels.at(0).check.outcome, CheckOutcome::kRight);
  EXPECT_EQ(again.kernels.at(0).timing->seconds.at(0).at(1), 0.25);
  EXPECT_EQ(deepbench_record_name("a", "fp16"), "a-fp16.json");
}

TEST(DeepbenchRecord, AWrongKernelHasNoSpeed) {
  DeepbenchRecord record = measured();
  record.kernels[0].check.outcome = CheckOutcome::kWrong;
  EXPECT_THAT(refusal(record), HasSubstr("kernels[0].timing: expected no time"));
  record.kernels[0].check.outcome = CheckOutcome::kMistrusted;
  EXPECT_THAT(refusal(record), HasSubstr("expected no time"));
  record.kernels[0].timing.reset();
  EXPECT_EQ(refusal(record), "accepted");
}

TEST(DeepbenchRecord, AnEndWithoutKernelsHasAReason) {
  DeepbenchRecord record = measured();
  record.status = RunStatus::kSkipped;
  EXPECT_THAT(refusal(record), HasSubstr("kernels: expected none"));
  record.kernels.clear();
  EXPECT_THAT(refusal(record), HasSubstr("reason: expected a reason"));
  record.reason = "no engine";
  EXPECT_EQ(refusal(record), "accepted");
  record.status = RunStatus::kOk;
  EXPECT_THAT(refusal(record), HasSubstr("kernels: expected some"));
}

TEST(DeepbenchRecord, AnotherSchemaIsRefused) {
  Json value = to_json(measured());
  value["schema"] = "halfproof.run/2";
  EXPECT_THROW(deepbench_record_from_json(value, "f"), Error);
  value = to_json(measured());
  value["kernels"][0]["check"]["outcome"] = "fine";
  EXPECT_THROW(deepbench_record_from_json(value, "f"), Error);
}

TEST(DeepbenchRecord, AJobIsReadAsItWasWritten) {
  DeepbenchJobRecord job;
  job.suite = "own";
  job.problems = {"a", "b"};
  job.threads = 2;
  const DeepbenchJobRecord again = deepbench_job_record_from_json(to_json(job), "deepbench.json");
  EXPECT_EQ(to_json(again), to_json(job));
  EXPECT_THROW(deepbench_job_record_from_json(to_json(measured()), "f"), Error);
}

}  // namespace
}  // namespace harness
