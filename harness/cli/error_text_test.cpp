#include "harness/cli/error_text.h"

#include <gtest/gtest.h>

namespace harness {
namespace {

TEST(ErrorText, IsWhatServersAndScriptsSendInPlaceOfAFile) {
  for (const char* line :
       {"404: Not Found", "Not Found", "404", "HTTP/1.1 403 Forbidden", "Error 404: no such model",
        "# 404 - page not found", "403 Forbidden", "502 Bad Gateway", "AccessDenied",
        "error: the file is gone", "fatal: repository not there",
        "Traceback (most recent call last):", "upstream connect error or disconnect",
        "The requested URL was rejected"}) {
    EXPECT_TRUE(is_error_text({line})) << line;
  }
  EXPECT_TRUE(is_error_text({"404 Not Found", "nginx"}));
  EXPECT_TRUE(is_error_text({"Traceback (most recent call last):", "x = 1", "NameError: x"}));
}

TEST(ErrorText, HasKeysOfItsOwn) {
  EXPECT_TRUE(is_error_text({"message: no model of this name", "status: 404"}));
  EXPECT_TRUE(is_error_text({"---", "code: NoSuchKey", "Request ID: 1", "Host-Id: 2"}));
  EXPECT_FALSE(is_error_text({"type: FCN", "path: a.pth"})) << "nothing that tells";
  EXPECT_FALSE(is_error_text({"Models:", "- Name: a", "message: b"}));
}

TEST(ErrorText, IsNoOtherText) {
  for (const char* line :
       {"# Error analysis", "404 models of the zoo", "Notable results",
        "2020-04-21 01:02:03 - mmseg - INFO - x", "norm_cfg = dict(type='BN')",
        "# Forbidden City, a data set", "Access to the models", "50 epochs", "errors = 5"}) {
    EXPECT_FALSE(is_error_text({line, "a second line"})) << line;
  }
  EXPECT_FALSE(is_error_text({}));
}

}  // namespace
}  // namespace harness
