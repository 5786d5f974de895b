#include "harness/judge/rules/file/unread_weights.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/testing/sample_row.h"

namespace harness {
namespace {

using testing::HasSubstr;

constexpr char kSeen[] = "all that were looked at are good";

TEST(UnreadWeights, NothingIsFoundWhereAllWereRead) {
  EXPECT_FALSE(unless_all_were_read(sample::checkpoint(), kSeen));
}

TEST(UnreadWeights, AFileWithoutWeightsFails) {
  CheckpointRecord checkpoint = sample::checkpoint();
  checkpoint.values->all.elements = 0;
  const auto finding = unless_all_were_read(checkpoint, kSeen);
  ASSERT_TRUE(finding);
  EXPECT_EQ(finding->verdict, Verdict::kFail);
}

TEST(UnreadWeights, OfWeightsThatAreNotReadNothingIsSaid) {
  CheckpointRecord checkpoint = sample::checkpoint();
  checkpoint.not_read = {{"a.weight", "numpy array float32 [3, 2]"}, {"b", "sparse_coo [4, 4]"}};
  const auto some = unless_all_were_read(checkpoint, kSeen);
  ASSERT_TRUE(some);
  EXPECT_EQ(some->verdict, Verdict::kNotVerifiable);
  EXPECT_THAT(some->reason, HasSubstr("are good; 2 tensors"));
  EXPECT_THAT(some->reason, HasSubstr("a.weight (numpy array float32 [3, 2])"));
  checkpoint.values->all.elements = 0;
  const auto none = unless_all_were_read(checkpoint, kSeen);
  ASSERT_TRUE(none);
  EXPECT_EQ(none->verdict, Verdict::kNotVerifiable);
  EXPECT_THAT(none->reason, HasSubstr("no weight was looked at; 2 tensors"));
}

}  // namespace
}  // namespace harness
