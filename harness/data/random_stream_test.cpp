#include "harness/data/random_stream.h"

#include <array>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace harness {
namespace {
using testing::ElementsAre;

constexpr StreamId kName{
    .seed = 0x0123456789abcdef, .epoch = 5, .item = 7, .use = StreamUse::kCrop};

// Random123 1.14, tests/kat_vectors, the three lines "philox4x32 10".
TEST(Philox, GivesThePublishedAnswers) {
  EXPECT_THAT(philox4x32_10({0, 0, 0, 0}, {0, 0}),
              ElementsAre(0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8));
  constexpr std::uint32_t kOnes = 0xffffffff;
  EXPECT_THAT(philox4x32_10({kOnes, kOnes, kOnes, kOnes}, {kOnes, kOnes}),
              ElementsAre(0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd));
  EXPECT_THAT(
      philox4x32_10({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
      ElementsAre(0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1));
}

TEST(RandomStream, TakesItsWordsFromTheCountersOfItsName) {
  RandomStream stream(kName);
  for (std::uint32_t block = 0; block < 3; ++block) {
    const auto words = philox4x32_10({block, 2, 7, 5}, {0x89abcdef, 0x01234567});
    for (const auto word : words) EXPECT_EQ(stream.bits(), word);
  }
}

// The words of kName begin 61a56bbb 54b5b554 835b521e 7f179469 fd52e46a, as a second program in
// another language computes them from the paper.
TEST(RandomStream, MapsTwoWordsToAUnitAsNumpyDoes) {
  EXPECT_EQ(RandomStream(kName).unit(), 0x1.8695aeaa5adaap-2);
  EXPECT_EQ(RandomStream(kName).real(-32, 32), -32 + 64 * 0x1.8695aeaa5adaap-2);
}

TEST(RandomStream, MapsAWordToAWholeNumberByItsUpperPart) {
  RandomStream stream(kName);
  EXPECT_EQ(stream.integer(0, 100), 38);   // 0x61a56bbb * 100 / 2^32 = 38.14...
  EXPECT_EQ(stream.integer(-18, 18), -7);  // 0x54b5b554 * 36 / 2^32 = 11.91...
  EXPECT_EQ(stream.integer(5, 6), 5);
}

TEST(RandomStream, PassesOverWordsThatWouldFavourSomeNumbers) {
  // 2^32 words are a third more than 3 * 2^30 numbers. Passed over: products whose lower half is
  // below 2^32 modulo 3 * 2^30 = 2^30, and that of the second word, 3 * 2^30 * 0x54b5b554, is 0.
  RandomStream stream(kName);
  const std::int64_t span = std::int64_t{3} << 30;
  EXPECT_EQ(stream.integer(0, span), 1228673228);
  EXPECT_EQ(stream.integer(0, span), 1652850070);
}

TEST(RandomStream, ReachesTheWholeRangeOfAWord) {
  RandomStream stream(kName);
  EXPECT_EQ(stream.integer(0, std::int64_t{1} << 32), 0x61a56bbb);
}

TEST(RandomStream, IsAnotherOneWhereAnyPartOfTheNameDiffers) {
  std::vector<StreamId> names(6, kName);
  names[1].seed += 1;
  names[2].seed += std::uint64_t{1} << 32;
  names[3].epoch += 1;
  names[4].item += 1;
  names[5].use = StreamUse::kFlip;
  std::vector<std::uint32_t> firsts;
  for (const auto& name : names) {
    const auto first = RandomStream(name).bits();
    EXPECT_THAT(firsts, testing::Not(testing::Contains(first)));
    firsts.push_back(first);
  }
}

TEST(RandomStream, SpreadsEvenly) {
  std::array<int, 10> counts{};
  RandomStream stream(kName);
  for (int i = 0; i < 100'000; ++i) ++counts[static_cast<std::size_t>(stream.integer(0, 10))];
  // Five standard deviations of a binomial count of 100000 with share 0.1: 5 * 94.9.
  for (const int count : counts) EXPECT_NEAR(count, 10'000, 475);
}

}  // namespace
}  // namespace harness
