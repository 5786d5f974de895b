#include "harness/openmmlab/python_tokens.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "harness/base/error.h"

namespace harness {
namespace {

/// "kind:text" of each token, the kind as its first letter.
std::vector<std::string> tokens(std::string_view text) {
  PythonTokens source(text, "x.py");
  std::vector<std::string> shown;
  while (source.peek().kind != TokenKind::kEnd) {
    const Token token = source.next();
    shown.push_back(std::string(1, "ndsy|."[static_cast<int>(token.kind)]) + ":" + token.text);
  }
  return shown;
}

std::string refusal(std::string_view text) {
  try {
    tokens(text);
    return "";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kInvalidFile);
    return error.detail();
  }
}

using Shown = std::vector<std::string>;

TEST(PythonTokens, TellsNamesNumbersTextAndSymbols) {
  EXPECT_EQ(tokens("a_1 = -2.5e-3"), (Shown{"n:a_1", "y:=", "y:-", "d:2.5e-3"}));
  EXPECT_EQ(tokens("{'k': .5}"), (Shown{"y:{", "s:k", "y::", "d:.5", "y:}"}));
}

TEST(PythonTokens, CountsLineEndsOnlyOutsideBrackets) {
  EXPECT_EQ(tokens("a\n(b\nc)\n"), (Shown{"n:a", "|:", "y:(", "n:b", "n:c", "y:)", "|:"}));
}

TEST(PythonTokens, PassesOverCommentsAndContinuedLines) {
  EXPECT_EQ(tokens("a # b\n# c\nd \\\n e"), (Shown{"n:a", "|:", "|:", "n:d", "n:e"}));
}

TEST(PythonTokens, ResolvesStrings) {
  EXPECT_EQ(tokens(R"('a\'b' "c" r'\n' u'\u20ac' '''x''')"),
            (Shown{"s:a'b", "s:c", "s:\\n", "s:\xe2\x82\xac", "s:x"}));
}

TEST(PythonTokens, NamesTheLineOfWhatIsNoToken) {
  EXPECT_EQ(refusal("a\n  $"), "line 2: expected a config of literals, got \"$\"");
  EXPECT_EQ(refusal("\n'''a\n"), "line 2: expected text that ends in a quote, got none");
  EXPECT_EQ(refusal("f'x'"),
            "line 1: expected text in quotes, r'...' or u'...', got the prefix \"f\"");
  EXPECT_EQ(refusal("'\\N{DASH}'"), "line 1: expected a plain escape, got \"\\N\"");
  EXPECT_EQ(refusal("\xff"), "line 1: expected UTF-8, got other bytes");
}

}  // namespace
}  // namespace harness
