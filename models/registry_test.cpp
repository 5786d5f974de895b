#include "models/registry.h"

#include <stdexcept>

#include <gmock/gmock.h>

#include "models/aspp_head.h"
#include "models/test_support.h"

namespace models {
namespace {

using testing::HasSubstr;

TEST(Registry, MakesEveryTypeItLists) {
  ASSERT_EQ(head_types().size(), 4U);
  for (const auto& type : head_types()) {
    EXPECT_EQ(make_head(tiny_model(type).decode_head)->options().type, type);
  }
}

TEST(Registry, MakesTheTypeThatWasAskedFor) {
  const auto head = make_head(tiny_model("ASPPHead").decode_head);
  EXPECT_NE(dynamic_cast<ASPPHeadImpl*>(head.get()), nullptr);
}

TEST(Registry, ListsTheKnownTypesWhenAskedForAnother) {
  HeadOptions options;
  options.type = "UPerHead";
  try {
    make_head(options);
    FAIL() << "UPerHead was made";
  } catch (const std::invalid_argument& error) {
    EXPECT_THAT(error.what(), HasSubstr("FCNHead, PSPHead, ASPPHead, DepthwiseSeparableASPPHead"));
    EXPECT_THAT(error.what(), HasSubstr("got UPerHead"));
  }
}

}  // namespace
}  // namespace models
