#include "harness/cli/step_comparison.h"

#include <gmock/gmock.h>
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

TEST_F(StepComparisonTest, TheOrderOfTensorsIsNoDifference) {
  const std::string one = "{\"step\": 0, \"tensors\": {\"a\": \"1\", \"b\": \"2\"}}\n";
  const std::string other = "{\"step\": 0, \"tensors\": {\"b\": \"2\", \"a\": \"1\"}}\n";
  EXPECT_TRUE(compare(one, other).equal());
}

TEST_F(StepComparisonTest, ADigestWithoutTensorsIsCompared) {
  const StepComparison result = compare("{\"step\": 0, \"loss\": 1.0, \"digest\": \"x\"}\n",
                                        "{\"step\": 0, \"loss\": 1.0, \"digest\": \"y\"}\n");
  EXPECT_FALSE(result.equal());
  EXPECT_EQ(result.key, "digest");
}

TEST_F(StepComparisonTest, AKeyThatOneLacksIsNamed) {
  const std::string bare = "{\"step\": 0, \"loss\": 3.0}\n{\"step\": 1, \"loss\": 2.5}\n";
  const StepComparison result = compare(kTwo, bare);
  EXPECT_FALSE(result.equal());
  EXPECT_EQ(result.step, std::nullopt);
  EXPECT_THAT(result.only_a.keys, testing::ElementsAre("digest", "tensors"));
  EXPECT_TRUE(result.only_b.empty());
  const StepComparison other_way = compare(bare, kTwo);
  EXPECT_FALSE(other_way.equal());
  EXPECT_THAT(other_way.only_b.keys, testing::ElementsAre("digest", "tensors"));
  EXPECT_EQ(describe(other_way), "equal in 2 steps; only B has digest, tensors");
}

TEST_F(StepComparisonTest, ATensorThatOneLacksIsNamed) {
  std::string other = kTwo;
  other.replace(other.find(", \"b\": \"2\""), 10, "");
  EXPECT_FALSE(compare(kTwo, other).equal());
  EXPECT_THAT(compare(kTwo, other).only_a.keys, testing::ElementsAre("tensors.b"));
  EXPECT_FALSE(compare(other, kTwo).equal());
  EXPECT_THAT(compare(other, kTwo).only_b.keys, testing::ElementsAre("tensors.b"));
}

TEST_F(StepComparisonTest, AStepThatOneLacksIsNamedAndTheOthersAreCompared) {
  const auto line = [](int step, const char* loss) {
    return "{\"step\": " + std::to_string(step) + ", \"loss\": " + loss + "}\n";
  };
  const std::string all = line(0, "3") + line(1, "2") + line(2, "1");
  const StepComparison gap = compare(all, line(0, "3") + line(2, "1"));
  EXPECT_FALSE(gap.equal());
  EXPECT_EQ(gap.step, std::nullopt);
  EXPECT_EQ(gap.compared, 2);
  EXPECT_EQ(gap.only_a.steps, 1);
  EXPECT_EQ(gap.only_a.first_step, 1);
  const StepComparison late = compare(line(0, "3") + line(2, "7"), all);
  EXPECT_EQ(late.step, 2);
  EXPECT_EQ(late.only_b.first_step, 1);
}

TEST_F(StepComparisonTest, AShorterRecordIsNotEqual) {
  const std::string one = kTwo.substr(0, kTwo.find('\n') + 1);
  for (const StepComparison& result : {compare(kTwo, one), compare(one, kTwo)}) {
    EXPECT_FALSE(result.equal());
    EXPECT_EQ(result.compared, 1);
    EXPECT_EQ(result.only_a.steps + result.only_b.steps, 1);
  }
  EXPECT_EQ(describe(compare(kTwo, one)), "equal in 1 step; only A has 1 step (the first is 1)");
}

TEST_F(StepComparisonTest, WhereNothingIsComparedNothingIsEqual) {
  EXPECT_FALSE(compare("", "").equal());
  EXPECT_EQ(describe(compare("", "")), "no step was compared");
  const std::string numbers = "{\"step\": 0}\n{\"step\": 1}\n";
  EXPECT_FALSE(compare(numbers, numbers).equal());
  EXPECT_EQ(describe(compare(numbers, numbers)),
            "nothing but numbers of steps was compared in 2 steps");
  EXPECT_FALSE(compare(kTwo, numbers).equal());
  EXPECT_FALSE(compare(numbers, kTwo).equal());
}

TEST_F(StepComparisonTest, WhatIsNoNumberEqualsOnlyTheSame) {
  const std::string lost = "{\"step\": 0, \"loss\": null, \"scale\": 2}\n";
  EXPECT_TRUE(compare(lost, lost).equal());
  EXPECT_EQ(compare(lost, "{\"step\": 0, \"loss\": 0, \"scale\": 2}\n").key, "loss");
  EXPECT_EQ(compare("{\"step\": 0, \"loss\": 0, \"scale\": 2}\n", lost).key, "loss");
}

TEST_F(StepComparisonTest, WhatIsNoRecordIsAnErrorWithItsLine) {
  EXPECT_THROW(compare(kTwo + "{\"step\": 2, ", kTwo), Error);
  EXPECT_THROW(compare("[1]\n", kTwo), Error);
  EXPECT_THROW(compare(kTwo + kTwo, kTwo), Error) << "steps have to rise";
  EXPECT_THROW(compare_steps(folder_.path() / "none", folder_.path() / "b"), Error);
}

}  // namespace
}  // namespace harness
