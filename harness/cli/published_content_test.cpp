#include "harness/cli/published_content.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/file.h"

namespace harness {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

std::string reason(const std::string& bytes, const std::string& name) {
  const TemporaryFolder folder;
  write_file_atomic(folder.path() / "part", bytes);
  return wrong_content(folder.path() / "part", name);
}

TEST(PublishedContent, ACheckpointIsReadToItsEnd) {
  for (const char* format : {"legacy", "zip"}) {
    const std::string whole =
        read_file(std::string("fixtures/checkpoints/small_") + format + ".pth");
    EXPECT_THAT(reason(whole, "a.pth"), IsEmpty());
    EXPECT_THAT(reason(whole.substr(0, whole.size() - 1), "a.PTH"), HasSubstr("no checkpoint"));
  }
  EXPECT_THAT(reason("hello", "a.pth"), HasSubstr("text: hello"));
}

TEST(PublishedContent, ALogHasLines) {
  EXPECT_THAT(
      reason("{\"mode\": \"train\", \"epoch\": 1, \"iter\": 50, \"loss\": 1.0}\n", "a.log.json"),
      IsEmpty());
  EXPECT_THAT(reason("{\"message\": \"Not Found\"}\n", "a.json"), HasSubstr("no training log"));
  EXPECT_THAT(reason("<html>", "a.json"), HasSubstr("no training log"));
}

TEST(PublishedContent, ATableIsText) {
  EXPECT_THAT(reason("| a | b |\n", "README.md"), IsEmpty());
  EXPECT_THAT(reason("\x80\x02.", "README.md"), HasSubstr("pickle"));
  EXPECT_THAT(reason("<html>", "fcn.yml"), HasSubstr("web page"));
  EXPECT_THAT(reason("{\"message\": \"Not Found\"}", "fcn.yml"), HasSubstr("JSON"));
  EXPECT_THAT(reason("{\"message\": \"Not Found\"}", "fcn.log"), HasSubstr("no training log"));
  EXPECT_THAT(reason("2020-04-21 01:02:03,456 - mmseg - INFO - x\n", "fcn.log"), IsEmpty());
}

TEST(PublishedContent, OtherNamesHoldWhatTheyLike) {
  EXPECT_THAT(reason("hello", "a.bin"), IsEmpty());
}

}  // namespace
}  // namespace harness
