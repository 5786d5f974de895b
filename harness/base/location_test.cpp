#include "harness/base/location.h"

#include <gtest/gtest.h>

namespace harness {
namespace {

TEST(Location, AUrlHasASchemeAndAPathHasNot) {
  EXPECT_TRUE(is_url("https://host/a.pth"));
  EXPECT_TRUE(is_url("file:///a.pth"));
  EXPECT_FALSE(is_url("zoo/a.pth"));
  EXPECT_FALSE(is_url("://a"));
  EXPECT_FALSE(is_url("a b://c"));
  EXPECT_FALSE(is_url(""));
}

}  // namespace
}  // namespace harness
