#include "harness/paper/masks.h"

#include <gtest/gtest.h>

namespace harness {
namespace {

TEST(Masks, CountWhatIsTrueBeyondWhatHalfCanCount) {
  auto mask = torch::zeros({5000}, torch::kBool);
  EXPECT_EQ(count_true(mask), 0);
  mask.slice(0, 0, 4099).fill_(true);
  EXPECT_EQ(count_true(mask), 4099);
}

}  // namespace
}  // namespace harness
