#include "harness/report/html/page_template.h"

#include <stdexcept>

#include <gtest/gtest.h>

namespace harness {
namespace {

TEST(PageTemplate, PutsEachValueInOnce) {
  EXPECT_EQ(fill_template("a {{x}} b {{y}} {{x}}", {{"x", "{{y}}"}, {"y", "1"}}),
            "a {{y}} b 1 {{y}}");
  EXPECT_EQ(fill_template("nothing", {}), "nothing");
  EXPECT_THROW(fill_template("{{z}}", {}), std::out_of_range);
  EXPECT_THROW(fill_template("{{z", {}), std::logic_error);
}

TEST(PageTemplate, NamesAScriptByItsDigest) {
  // printf '%s' "alert('Hello, world.');" | openssl dgst -sha256 -binary | openssl base64
  EXPECT_EQ(policy_source("alert('Hello, world.');"),
            "'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='");
}

}  // namespace
}  // namespace harness
