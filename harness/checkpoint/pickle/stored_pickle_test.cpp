#include "harness/checkpoint/pickle/stored_pickle.h"

#include <gtest/gtest.h>

namespace harness {
namespace {

TEST(StoredPickle, CountsBytesOfTypedAndUntypedStorages) {
  EXPECT_EQ(storage_size({.key = "0", .dtype = DType::kFloat16, .elements = 5}), 10U);
  EXPECT_EQ(storage_size({.key = "0", .dtype = std::nullopt, .elements = 5}), 5U);
}

}  // namespace
}  // namespace harness
