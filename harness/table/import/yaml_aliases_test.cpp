#include "harness/table/import/yaml_aliases.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/testing/suite_documents.h"

namespace harness {
namespace {
using testing::AllOf;
using testing::HasSubstr;

std::string refusal(const std::string& text, std::size_t limit) {
  return message_of([&] { refuse_larger_written_out(text, "m.yml", limit); });
}

TEST(YamlAliases, CountWhatTheyStandFor) {
  // A list (1) of a list (1) of "abc" (1 + 3) and of that list again (5).
  const std::string text = "- &a [abc]\n- *a\n";
  EXPECT_NO_THROW(refuse_larger_written_out(text, "m.yml", 11));
  EXPECT_THAT(refusal(text, 10),
              AllOf(HasSubstr("m.yml:2"), HasSubstr("expected at most 10 bytes")));
}

TEST(YamlAliases, OfAliasesMultiply) {
  std::string text = "a0: &a0 xxxxxxxx\n";
  for (int i = 1; i <= 40; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before + ", " + before +
            "]\n";
  }
  EXPECT_THAT(refusal(text, 1U << 22U), HasSubstr("write out what is meant"));
}

TEST(YamlAliases, WithinWhatTheyStandForAreRefused) {
  EXPECT_THAT(refusal("Models: &m\n- *m\n", 1000),
              AllOf(HasSubstr("m.yml:2"), HasSubstr("within")));
}

TEST(YamlAliases, AreNoneInAPlainText) {
  EXPECT_NO_THROW(refuse_larger_written_out("a: {b: [1, 2, ~], c: text}\n---\n- d\n", "m.yml", 40));
}

}  // namespace
}  // namespace harness
