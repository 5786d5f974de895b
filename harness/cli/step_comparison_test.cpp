#include "harness/cli/step_comparison.h"

#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"

namespace harness {
namespace {

class StepComparisonTest : public testing::Test {
 protected:
  StepComparison compare(const std::string& a, const std::string& b) {
    write_file_atomic(folder_.path() / "a", a);
    write_file_atomic(folder_.path() / "b", b);
    return compare_steps(folder_.path() / "a", folder_.path() / "b");
  }
  TemporaryFolder folder_;
};

const std::string kTwo =
    "{\"step\": 0, \"loss\": 3.0, \"digest\": \"x\", \"tensors\": {\"a\": \"1\", \"b\": \"2\"}}\n"
    "{\"step\": 1, \"loss\": 2.5, \"digest\": \"y\", \"tensors\": {\"a\": \"3\", \"b\": \"4\"}}\n";

TEST_F(StepComparisonTest, EqualRecordsAreEqual) {
  const StepComparison result = compare(kTwo, kTwo);
  EXPECT_TRUE(result.equal());
  EXPECT_EQ(describe(result), "equal in all of 2 steps");
}

TEST_F(StepComparisonTest, NamesTheFirstStepAndTensor) {
  std::string other = kTwo;
  other.replace(other.find("\"4\""), 3, "\"5\"");
  const StepComparison result = compare(kTwo, other);
  EXPECT_FALSE(result.equal());
  EXPECT_EQ(result.step, 1);
  EXPECT_EQ(result.tensor, "b");
  EXPECT_EQ(describe(result), "step 1: 1 tensor differ, the first is b");
}

TEST_F(StepComparisonTest, ALossThatDiffersInItsLastBitIsFound) {
  std::string other = kTwo;
  other.replace(other.find("3.0"), 3, "3.0000000000000004");
  const StepComparison result = compare(kTwo, other);
  EXPECT_EQ(result.step, 0);
  EXPECT_EQ(result.key, "loss");
}

TEST_F(StepComparisonTest, ARecordWithoutDigestsIsComparedByTheRest) {
  const std::string bare = "{\"step\": 0, \"loss\": 3.0}\n{\"step\": 1, \"loss\": 2.5}\n";
  EXPECT_TRUE(compare(kTwo, bare).equal());
  EXPECT_TRUE(compare(bare, kTwo).equal());
}

TEST_F(StepComparisonTest, AShorterRecordAndNoRecordAreNotEqual) {
  const std::string one = kTwo.substr(0, kTwo.find('\n') + 1);
  EXPECT_FALSE(compare(kTwo, one).equal());
  EXPECT_EQ(describe(compare(kTwo, one)), "equal for 1 step, then one ends: 2 against 1");
  EXPECT_FALSE(compare("", "").equal());
  EXPECT_EQ(describe(compare("", "")), "no step was compared");
}

TEST_F(StepComparisonTest, WhatIsNoRecordIsAnErrorWithItsLine) {
  EXPECT_THROW(compare(kTwo + "{\"step\": 2, ", kTwo), Error);
  EXPECT_THROW(compare("[1]\n", kTwo), Error);
  EXPECT_THROW(compare_steps(folder_.path() / "none", folder_.path() / "b"), Error);
}

}  // namespace
}  // namespace harness
