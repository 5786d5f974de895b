#include "harness/openmmlab/log_iterations.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace harness {
namespace {

using testing::ElementsAre;

std::vector<std::int64_t> iterations(const std::vector<TrainingLog::Entry>& entries) {
  std::vector<std::int64_t> numbers;
  for (const auto& entry : entries) numbers.push_back(entry.iteration);
  return numbers;
}

TrainingLog::Entry entry(std::int64_t line, std::int64_t epoch, std::int64_t iteration) {
  return {line, iteration, {{"mode", "train"}, {"epoch", epoch}, {"iter", iteration}}};
}

TEST(LogIterations, EpochsCountIntoIterations) {
  TrainingLog log;
  log.train = {entry(2, 1, 50), entry(3, 1, 100), entry(5, 2, 50), entry(6, 2, 100)};
  log.validation = {entry(4, 1, 500), entry(7, 2, 500)};  // Of the validation loader.
  place_iterations(log, {2, 4}, "x");
  EXPECT_TRUE(log.counted_within_epochs);
  EXPECT_THAT(iterations(log.train), ElementsAre(50, 100, 150, 200));
  EXPECT_THAT(iterations(log.validation), ElementsAre(100, 200));
  ASSERT_EQ(log.remarks.size(), 1U);
  EXPECT_THAT(log.remarks[0].text, testing::HasSubstr("an epoch is taken to have 100"));
}

TEST(LogIterations, AnEpochEndsWhereItsValidationSays) {
  TrainingLog log;
  log.train = {entry(2, 1, 50), entry(3, 1, 100), entry(5, 2, 50), entry(6, 2, 100)};
  log.validation = {entry(4, 1, 132), entry(7, 2, 132)};
  place_iterations(log, {2, 4}, "x");
  EXPECT_THAT(iterations(log.train), ElementsAre(50, 100, 182, 232));
  EXPECT_THAT(iterations(log.validation), ElementsAre(132, 264));
}

TEST(LogIterations, EpochsOfOneLineCountToo) {
  TrainingLog log;
  log.train = {entry(2, 1, 50), entry(3, 2, 50), entry(4, 3, 50)};
  place_iterations(log, {}, "x");
  EXPECT_THAT(iterations(log.train), ElementsAre(50, 100, 150));
}

TEST(LogIterations, ARestartIsNoEpoch) {
  TrainingLog log;
  log.train = {entry(2, 1, 50), entry(3, 3, 100), entry(4, 1, 50), entry(5, 3, 100)};
  place_iterations(log, {}, "x");
  EXPECT_FALSE(log.counted_within_epochs);
  EXPECT_THAT(iterations(log.train), ElementsAre(50, 100, 50, 100));
  ASSERT_EQ(log.remarks.size(), 1U);
  EXPECT_EQ(log.remarks[0].line, 4);
}

TEST(LogIterations, ANewRunIsNoEpoch) {
  TrainingLog log;
  log.environment_lines = {1, 3};
  log.train = {entry(2, 1, 150), entry(4, 2, 50)};
  place_iterations(log, {}, "x");
  EXPECT_FALSE(log.counted_within_epochs);
  EXPECT_EQ(log.remarks.size(), 1U);
}

TEST(LogIterations, ARestartAmongEpochsIsRemarked) {
  TrainingLog log;
  log.train = {entry(2, 1, 50), entry(3, 2, 50), entry(4, 2, 50), entry(5, 3, 50)};
  place_iterations(log, {}, "x");
  EXPECT_TRUE(log.counted_within_epochs);
  EXPECT_THAT(iterations(log.train), ElementsAre(50, 100, 100, 150));
  ASSERT_EQ(log.remarks.size(), 2U);
  EXPECT_EQ(log.remarks[1].text, "1 of the lines stand for the iteration of the line before");
}

TEST(LogIterations, EpochsThatCannotBeAreNotCounted) {
  TrainingLog log;
  const std::int64_t huge = std::int64_t{1} << 60;
  log.train = {entry(2, 1, huge), entry(3, 2, huge)};
  place_iterations(log, {}, "x");
  EXPECT_FALSE(log.counted_within_epochs);
  EXPECT_THAT(iterations(log.train), ElementsAre(huge, huge));
}

}  // namespace
}  // namespace harness
