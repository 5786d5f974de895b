#include "harness/fetch/web_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/file.h"

namespace harness {
namespace {

std::string notice(std::string_view bytes, std::string_view content_type) {
  const TemporaryFolder folder;
  write_file_atomic(folder.path() / "file", bytes);
  return web_page_notice(folder.path() / "file", content_type);
}

TEST(WebPage, IsKnownByItsContentType) {
  EXPECT_THAT(notice("sign in", "Text/HTML; charset=utf-8"), testing::HasSubstr("web page"));
}

TEST(WebPage, IsKnownByItsFirstBytes) {
  EXPECT_NE(notice("\r\n <!DOCTYPE HTML><html>", "application/octet-stream"), "");
  EXPECT_NE(notice("<html lang=en>", ""), "");
}

TEST(WebPage, NothingElseIsOne) {
  EXPECT_EQ(notice("\x80\x02}q", "application/octet-stream"), "");
  EXPECT_EQ(notice("{\"mode\": \"val\"}", "text/plain"), "");
  EXPECT_EQ(notice("", ""), "");
  EXPECT_EQ(notice(" ", ""), "");
  EXPECT_EQ(web_page_notice("/nonexistent/file", ""), "");
}

}  // namespace
}  // namespace harness
