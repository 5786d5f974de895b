#include "harness/train/weight_digest.h"

#include <gtest/gtest.h>

#include "harness/base/sha256.h"

namespace harness {
namespace {

TEST(WeightDigest, IsOverTypeShapeAndPackedBytes) {
  const auto ones = torch::ones({2, 1}, torch::kHalf);
  EXPECT_EQ(weight_digest(ones),
            sha256_hex(std::string("float16 [2, 1]\n") + std::string("\x00\x3c\x00\x3c", 4)));
  const auto matrix = torch::arange(6).reshape({2, 3});
  EXPECT_EQ(weight_digest(matrix.t()), weight_digest(matrix.t().contiguous()));
  EXPECT_NE(weight_digest(matrix.t()), weight_digest(matrix));
  EXPECT_NE(weight_digest(matrix.to(torch::kFloat)), weight_digest(matrix.to(torch::kDouble)));
}

TEST(WeightDigest, TellsZeroFromMinusZeroAndOneNaNFromAnother) {
  EXPECT_NE(weight_digest(torch::tensor(0.0F)), weight_digest(torch::tensor(-0.0F)));
}

TEST(WeightDigest, CoversParametersAndBuffers) {
  torch::nn::BatchNorm2d norm(4);
  const auto before = weight_digests(*norm);
  ASSERT_EQ(before.size(), 5u);
  EXPECT_EQ(before[4].first, "num_batches_tracked");
  norm->running_mean.add_(1);
  const auto after = weight_digests(*norm);
  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(before[i] == after[i], i != 2) << before[i].first;
  EXPECT_NE(combined_digest(before), combined_digest(after));
}

}  // namespace
}  // namespace harness
