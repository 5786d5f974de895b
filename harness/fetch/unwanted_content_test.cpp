#include "harness/fetch/unwanted_content.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/file.h"

namespace harness {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

std::string reason(std::string_view bytes, std::string_view name,
                   std::string_view content_type = "application/octet-stream") {
  const TemporaryFolder folder;
  write_file_atomic(folder.path() / "file", bytes);
  return unwanted_content(folder.path() / "file", name, content_type);
}

constexpr const char* kPointer =
    "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n";

TEST(UnwantedContent, APageIsKnownByItsContentTypeOrItsFirstBytes) {
  EXPECT_THAT(reason("sign in", "a.pth", "Text/HTML; charset=utf-8"), HasSubstr("web page"));
  EXPECT_THAT(reason("\r\n <!DOCTYPE HTML><html>", "a.pth"), HasSubstr("web page"));
  EXPECT_THAT(reason("<html lang=en>", "a.yml", ""), HasSubstr("web page"));
  EXPECT_THAT(reason("<html lang=en>", "a.html"), IsEmpty());
  EXPECT_THAT(reason("PK\x03\x04", "a.pth", "text/html"), IsEmpty());
}

TEST(UnwantedContent, ErrorsAndPointersAreNamed) {
  EXPECT_THAT(reason("<?xml version=\"1.0\"?><Error/>", "a.log.json"), HasSubstr("XML"));
  EXPECT_THAT(reason(kPointer, "a.pth"), HasSubstr("Git LFS pointer"));
  EXPECT_THAT(reason(kPointer, "a.json"), HasSubstr("Git LFS pointer"));
  EXPECT_THAT(reason("{\"message\": \"Not Found\"}", "A.PTH"), HasSubstr("JSON"));
  EXPECT_THAT(reason("../../models/a.pth", "a.pth"), HasSubstr("symbolic link"));
  EXPECT_THAT(reason("\x1f\x8b\x08", "a.pth"), HasSubstr("gzip"));
  EXPECT_THAT(reason("", "a.md"), HasSubstr("empty"));
}

TEST(UnwantedContent, WhatAFileOfTheNameCanHoldIsWanted) {
  EXPECT_THAT(reason("\x80\x02}q", "a.pth"), IsEmpty());
  EXPECT_THAT(reason("{\"mode\": \"val\"}", "a.log.json", "text/plain"), IsEmpty());
  EXPECT_THAT(reason("# FCN\n\n<!-- page -->", "README.md", "text/plain"), IsEmpty());
  EXPECT_THAT(reason("\x1f\x8b\x08", "a.tar.gz"), IsEmpty());
  EXPECT_THAT(unwanted_content("/nonexistent/file", "a.pth", ""), IsEmpty());
}

}  // namespace
}  // namespace harness
