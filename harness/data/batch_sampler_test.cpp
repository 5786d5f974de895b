#include "harness/data/batch_sampler.h"

#include <algorithm>
#include <map>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"

namespace harness {
namespace {
using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::size_t> epoch_of(const BatchSampler& sampler, std::uint64_t epoch) {
  std::vector<std::size_t> items;
  for (std::size_t index = 0; index < sampler.batches_per_epoch(); ++index) {
    const auto batch = sampler.batch(sampler.number_of({epoch, index}));
    items.insert(items.end(), batch.begin(), batch.end());
  }
  return items;
}

std::string refusal_of(const SamplerOptions& options) {
  try {
    BatchSampler sampler(options);
  } catch (const Error& error) {
    return std::string(to_string(error.code())) + ": " + error.detail();
  }
  return "nothing thrown";
}

TEST(BatchSampler, TakesEveryImageOnceInAnEpochOfWholeBatches) {
  const BatchSampler sampler({.items = 64, .batch = 4, .seed = 3});
  EXPECT_EQ(sampler.batches_per_epoch(), 16U);
  auto items = epoch_of(sampler, 2);
  EXPECT_FALSE(std::is_sorted(items.begin(), items.end()));
  std::sort(items.begin(), items.end());
  for (std::size_t i = 0; i < 64; ++i) EXPECT_EQ(items.at(i), i);
}

TEST(BatchSampler, ShufflesByTheFirstNumbersOfTheOrdersStream) {
  // Philox with the key 0 and the counter {block, use 0, item 0, epoch 0} begins 6627e8d5 e169c58d
  // bc57ac4c: 4 numbers give the swaps 3 with 1, 2 with 2, 1 with 1.
  const BatchSampler sampler({.items = 4, .batch = 4, .seed = 0});
  EXPECT_THAT(sampler.batch(0), ElementsAre(0, 3, 2, 1));
}

TEST(BatchSampler, HasAnotherOrderInEveryEpochAndForEverySeed) {
  const BatchSampler sampler({.items = 64, .batch = 4, .seed = 3});
  const BatchSampler other({.items = 64, .batch = 4, .seed = 4});
  EXPECT_NE(epoch_of(sampler, 0), epoch_of(sampler, 1));
  EXPECT_NE(epoch_of(sampler, 0), epoch_of(other, 0));
  EXPECT_EQ(epoch_of(sampler, 0), epoch_of(BatchSampler({.items = 64, .batch = 4, .seed = 3}), 0));
}

TEST(BatchSampler, FindsAnOldEpochsOrderAgain) {
  const BatchSampler sampler({.items = 64, .batch = 4, .seed = 3});
  const auto first = epoch_of(sampler, 0);
  for (std::uint64_t epoch = 1; epoch < 5; ++epoch) EXPECT_NE(epoch_of(sampler, epoch), first);
  EXPECT_EQ(epoch_of(sampler, 0), first);
}

TEST(BatchSampler, DropsWhatMakesNoWholeBatch) {
  const BatchSampler sampler({.items = 11, .batch = 4, .seed = 0});
  EXPECT_EQ(sampler.batches_per_epoch(), 2U);
  EXPECT_EQ(sampler.position_of(5), (SamplerPosition{2, 1}));
}

TEST(BatchSampler, CountsCityscapesAsTheSourceDid) {
  // 2975 images for 4 processes: padded to 744 each, 372 batches of two.
  const BatchSampler sampler({.items = 2975, .batch = 2, .seed = 0, .rank = 3, .world_size = 4});
  EXPECT_EQ(sampler.batches_per_epoch(), 372U);
}

TEST(BatchSampler, RanksShareAnEpochAndOnlyItsBeginningComesTwice) {
  // 10 images for 4 processes: 12 places, the order's first two images fill the last two.
  const BatchSampler whole({.items = 10, .batch = 10, .seed = 5});
  const auto order = epoch_of(whole, 1);
  std::vector<std::size_t> dealt(12);
  for (std::size_t rank = 0; rank < 4; ++rank) {
    const BatchSampler part({.items = 10, .batch = 1, .seed = 5, .rank = rank, .world_size = 4});
    const auto share = epoch_of(part, 1);
    ASSERT_EQ(share.size(), 3U);
    for (std::size_t i = 0; i < 3; ++i) dealt[rank + 4 * i] = share[i];
  }
  auto expected = order;
  expected.insert(expected.end(), {order[0], order[1]});
  EXPECT_EQ(dealt, expected);
}

TEST(BatchSampler, FewImagesAreRepeatedUntilEveryRankHasOne) {
  std::map<std::size_t, int> times;
  for (std::size_t rank = 0; rank < 7; ++rank) {
    const BatchSampler part({.items = 3, .batch = 1, .seed = 5, .rank = rank, .world_size = 7});
    for (const auto item : epoch_of(part, 0)) ++times[item];
  }
  std::vector<int> counts;
  for (const auto& [item, count] : times) counts.push_back(count);
  EXPECT_THAT(counts, testing::UnorderedElementsAre(3, 2, 2));
}

TEST(BatchSampler, GoesOnFromAnyPositionWithoutWhatWentBefore) {
  const BatchSampler sampler({.items = 11, .batch = 4, .seed = 9});
  const std::uint64_t far = 1'000'000'007;
  const auto position = sampler.position_of(far);
  EXPECT_EQ(sampler.number_of(position), far);
  const BatchSampler resumed({.items = 11, .batch = 4, .seed = 9});
  EXPECT_EQ(resumed.batch(resumed.number_of(position)), sampler.batch(far));
}

TEST(BatchSampler, AnswersSeveralThreadsAlike) {
  const BatchSampler sampler({.items = 5, .batch = 2, .seed = 9});
  std::vector<std::vector<std::size_t>> alone;
  for (std::uint64_t number = 0; number < 400; ++number) alone.push_back(sampler.batch(number));
  std::vector<std::thread> threads;
  for (std::uint64_t first = 0; first < 4; ++first) {
    threads.emplace_back([&sampler, &alone, first] {
      for (std::uint64_t i = first; i < 400; i += 4) EXPECT_EQ(sampler.batch(i), alone[i]);
    });
  }
  for (auto& thread : threads) thread.join();
}

TEST(BatchSampler, RefusesWhatMakesNoSense) {
  EXPECT_THAT(refusal_of({.items = 0}), HasSubstr("usage: expected 1 to 4294967295 images, got 0"));
  EXPECT_THAT(refusal_of({.items = std::size_t{1} << 32U}), HasSubstr("got 4294967296"));
  EXPECT_THAT(refusal_of({.items = 4, .batch = 0}), HasSubstr("at least one image"));
  EXPECT_THAT(refusal_of({.items = 4, .rank = 2, .world_size = 2}), HasSubstr("below"));
  EXPECT_THAT(refusal_of({.items = 4, .world_size = 0}), HasSubstr("below"));
  EXPECT_THAT(refusal_of({.items = 7, .batch = 4, .world_size = 3}), HasSubstr("got 3 for each"));
}

TEST(BatchSampler, RefusesAPositionOfAnotherDataSet) {
  const BatchSampler sampler({.items = 8, .batch = 4});
  EXPECT_THROW(sampler.number_of({0, 2}), Error);
}

}  // namespace
}  // namespace harness
