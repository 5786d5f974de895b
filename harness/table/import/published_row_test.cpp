#include "harness/table/import/published_row.h"

#include <gtest/gtest.h>

namespace harness {
namespace {

TEST(PublishedRow, APageIsNamedRelativeToTheSuite) {
  const PublishedPage page{"zoo/fp16/README.md", "suites"};
  EXPECT_EQ(page.name_in_suite(), "../zoo/fp16/README.md");
  EXPECT_EQ(page.folder(), "zoo/fp16");
  EXPECT_EQ(page.at(13), "zoo/fp16/README.md:13");
}

TEST(PublishedRow, ANumberLiesWithinHalfOfItsLastDigit) {
  const PublishedFact fact = fact_of({76.8, 2}, {"README.md", 3, "mIoU"});
  EXPECT_EQ(fact.value, 76.8);
  EXPECT_EQ(fact.digits, 2);
  EXPECT_DOUBLE_EQ(fact.rounding, 0.005);
  EXPECT_DOUBLE_EQ(fact_of({11, 0}, {}).rounding, 0.5);
}

TEST(PublishedRow, AHashIsThatOfTheNameOrNull) {
  EXPECT_EQ(hash_fact("a/fcn-2eb5a165.pth", {}).value, "2eb5a165");
  EXPECT_EQ(hash_fact("https://x.org/a/fcn-2EB5A165.pth?raw=true#L1", {}).value, "2eb5a165");
  EXPECT_TRUE(hash_fact("a/fcn.pth", {}).value.is_null());
  EXPECT_TRUE(hash_fact("a/fcn-20200717.pth", {}).value.is_null()) << "a date";
  EXPECT_TRUE(hash_fact("", {}).value.is_null());
  EXPECT_EQ(size_text({64, 128}), "64x128");
}

}  // namespace
}  // namespace harness
