#include "harness/record/schema.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"

namespace harness {
namespace {

TEST(Schema, IsAcceptedWhenItIsTheOneThatIsExpected) {
  EXPECT_NO_THROW(require_schema({{"schema", "halfproof.x/2"}}, "halfproof.x/2", "f", "advice"));
}

TEST(Schema, OfAnotherVersionMissingOrInNoObjectIsRefusedWithAdvice) {
  for (const Json& wrong : {Json({{"schema", "halfproof.x/1"}}), Json({{"schema", 2}}),
                            Json::object(), Json::array(), Json("halfproof.x/2"), Json()}) {
    try {
      require_schema(wrong, "halfproof.x/2", "file.json", "make it anew");
      ADD_FAILURE() << wrong.dump();
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kInvalidJson);
      EXPECT_THAT(error.what(), testing::HasSubstr("file.json"));
      EXPECT_THAT(error.what(), testing::HasSubstr("halfproof.x/2"));
      EXPECT_THAT(error.what(), testing::HasSubstr("make it anew"));
    }
  }
}

}  // namespace
}  // namespace harness
