#include "harness/base/text.h"

#include <gtest/gtest.h>

namespace harness {
namespace {

TEST(Text, OnlyAsciiLettersHaveALowerCase) {
  EXPECT_EQ(lower_case("DeepLabV3+ AZ[@`{"), "deeplabv3+ az[@`{");
  EXPECT_EQ(lower_case("\xC3\x84\xFF"), "\xC3\x84\xFF");
  EXPECT_EQ(lower_case(""), "");
}

TEST(Text, IsOneOfAListOnlyAsAWhole) {
  EXPECT_TRUE(contains({"evaluate", "train"}, "train"));
  EXPECT_FALSE(contains({"evaluate", "train"}, "tra"));
  EXPECT_FALSE(contains({}, ""));
}

TEST(Text, AStemHasNeitherFoldersNorItsSuffix) {
  EXPECT_EQ(stem_of("work/configs/fcn_small.py", ".py"), "fcn_small");
  EXPECT_EQ(stem_of("C:\\work\\fcn_small.py", ".py"), "fcn_small");
  EXPECT_EQ(stem_of("fcn_small", ".py"), "fcn_small");
  EXPECT_EQ(stem_of("fcn.py.txt", ".py"), "fcn.py.txt");
  EXPECT_EQ(stem_of("work/", ".py"), "");
  EXPECT_EQ(stem_of("", ".py"), "");
}

}  // namespace
}  // namespace harness
