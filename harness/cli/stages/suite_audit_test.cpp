#include "harness/cli/stages/suite_audit.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "harness/base/file.h"

namespace harness {
namespace {

TEST(SuiteAudit, JudgesTheRecordsWhereNoFileIsAtHand) {
  const TemporaryFolder empty;
  StoreOptions store;
  store.cache = empty.path();
  store.offline = true;
  const AuditResult result = audit_suite(read_suite("suites/mmseg_fp16.json"), store);
  const auto is_of_hash = [](const Contradiction& one) { return one.rule == "hash"; };
  EXPECT_EQ(std::ranges::count_if(result.contradictions, is_of_hash), 4);
  // The checkpoint and the log of each of the four rows.
  EXPECT_EQ(result.unseen.size(), 8U);
}

TEST(SuiteAudit, LooksIntoTheFilesThatAre) {
  StoreOptions store;
  store.offline = true;
  const AuditResult result = audit_suite(read_suite("suites/minizoo.json"), store);
  EXPECT_EQ(result.looked_at.at(2), "4 checkpoints");
  EXPECT_EQ(result.looked_at.at(3), "4 training logs");
}

}  // namespace
}  // namespace harness
