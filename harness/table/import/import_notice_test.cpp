#include "harness/table/import/import_notice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/testing/suite_documents.h"

namespace harness {
namespace {

using testing::HasSubstr;
using testing::Not;

ImportNotice refused(const std::string& place) {
  return {ImportNotice::Kind::kRefused, place, "expected a number"};
}

TEST(ImportNotice, OnlyRefusedCellsAreErrors) {
  require_readable({});
  require_readable({{ImportNotice::Kind::kUnread, "a.md:1", "column \"IoU\" is not read"}});
  EXPECT_THAT(message_of([] {
                require_readable({refused("a.md:3"), refused("a.md:4")});
              }),
              HasSubstr("invalid table: a.md:3: expected a number\na.md:4: expected a number"));
}

TEST(ImportNotice, ALongListIsCutAndCounted) {
  std::vector<ImportNotice> notices;
  for (int line = 1; line <= 25; ++line) notices.push_back(refused("a.md:" + std::to_string(line)));
  const std::string message = message_of([&] { require_readable(notices); });
  EXPECT_THAT(message, HasSubstr("a.md:20: expected a number\nand 5 more"));
  EXPECT_THAT(message, Not(HasSubstr("a.md:21")));
}

}  // namespace
}  // namespace harness
