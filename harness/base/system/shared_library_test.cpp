#include "harness/base/system/shared_library.h"

#include <gtest/gtest.h>

namespace harness {
namespace {

TEST(SharedLibrary, FindsTheFunctionsThatALibraryHas) {
  const SharedLibrary math("libm.so.6");
  ASSERT_TRUE(math.is_open());
  auto* root = math.find<double(double)>("sqrt");
  ASSERT_NE(root, nullptr);
  EXPECT_EQ(root(9.0), 3.0);
  EXPECT_EQ(math.find<void()>("halfproof_has_no_such_function"), nullptr);
}

TEST(SharedLibrary, AMissingLibraryHasNoFunctions) {
  const SharedLibrary none("libhalfproof_does_not_exist.so.1");
  EXPECT_FALSE(none.is_open());
  EXPECT_EQ(none.find<double(double)>("sqrt"), nullptr);
}

}  // namespace
}  // namespace harness
