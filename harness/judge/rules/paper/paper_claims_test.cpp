#include "harness/judge/rules/paper/paper_claims.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/testing/paper_documents.h"

namespace harness {
namespace {
using testing::HasSubstr;

TEST(PaperClaims, WhatIsSeenPassesWithItsSectionAndItsReason) {
  for (const auto& one : all_documents()) {
    for (const auto& record : judge_experiment(one)) {
      const bool is_judged = record.claim != "weight-grads";
      EXPECT_EQ(record.verdict, is_judged ? Verdict::kPass : Verdict::kNotVerifiable)
          << record.claim << ": " << record.reason;
      EXPECT_EQ(record.row, "fcn");
      EXPECT_FALSE(record.measured.is_null()) << record.claim;
    }
  }
  const auto ratio = judged(master_weights_document(), "ratio");
  EXPECT_EQ(ratio.measured, 2048.0);
  EXPECT_THAT(ratio.reason, HasSubstr("section 3.1, an update 2048 times smaller"));
}

TEST(PaperClaims, NothingMeasuredAndNoNumberFailEveryStatement) {
  for (auto one : all_documents()) {
    one.measurements = Json::object();
    for (const auto& record : judge_experiment(one)) {
      EXPECT_EQ(record.verdict, Verdict::kFail) << record.claim;
    }
  }
}

/// Every number of a document in turn becomes null: the statements that look at it must not pass
/// for that, and none may throw.
void erase_each_number(Json& part, const Experiment& whole, int& erased) {
  for (auto& value : part) {
    if (value.is_structured()) {
      erase_each_number(value, whole, erased);
    } else if (value.is_number()) {
      const Json kept = value;
      value = nullptr;
      EXPECT_NO_THROW(judge_experiment(whole));
      value = kept;
      ++erased;
    }
  }
}

TEST(PaperClaims, AnyNumberMayBeMissing) {
  int erased = 0;
  for (auto one : all_documents()) erase_each_number(one.measurements, one, erased);
  EXPECT_GT(erased, 100);
}

TEST(PaperClaims, WhatCouldNotBeMadeIsSkippedOrFailsStatementByStatement) {
  Experiment one = overflow_document();
  one.status = RunStatus::kSkipped;
  one.reason = "no data: none here";
  EXPECT_EQ(judged(one, "own-scale-holds").verdict, Verdict::kSkipped);
  one.status = RunStatus::kError;
  EXPECT_EQ(judged(one, "own-scale-holds").verdict, Verdict::kFail);
  const auto failed = fail_experiment("overflow", "fcn", "gone");
  ASSERT_EQ(failed.size(), judge_experiment(one).size());
  EXPECT_EQ(failed[0].verdict, Verdict::kFail);
  EXPECT_THAT(failed[0].reason, HasSubstr("gone"));
  one.name = "overflows";
  EXPECT_THROW(judge_experiment(one), Error);
}

}  // namespace
}  // namespace harness
