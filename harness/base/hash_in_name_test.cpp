#include "harness/base/hash_in_name.h"

#include <gtest/gtest.h>

namespace harness {
namespace {

TEST(HashInName, IsTheEightDigitsBeforeTheExtension) {
  EXPECT_EQ(hash_in_name("fcn_r101-d8_512x1024_20200717_230921-50245227.pth"), "50245227");
  EXPECT_EQ(hash_in_name("psp-ade37931.pth"), "ade37931");
  EXPECT_EQ(hash_in_name("psp-ade37931.tar.gz"), "ade37931");
  EXPECT_EQ(hash_in_name("psp-ADE37931.pth"), "ade37931");
}

TEST(HashInName, IsEmptyWithoutOne) {
  for (const char* name : {"", "a.pth", "a-ade3793.pth", "a-ade379311.pth", "a-ade3793g.pth",
                           "ade37931.pth", "a-ade37931", "fcn_20200717_230921.log.json"}) {
    EXPECT_EQ(hash_in_name(name), "") << name;
  }
}

TEST(HashInName, ADateIsNoHash) {
  EXPECT_EQ(hash_in_name("fcn-20200717.pth"), "");
  EXPECT_EQ(hash_in_name("fcn-20201317.pth"), "20201317");
}

}  // namespace
}  // namespace harness
