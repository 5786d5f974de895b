#include "harness/openmmlab/python_config.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/checkpoint/checkpoint.h"

namespace harness {
namespace {

constexpr char kZoo[] = "fixtures/minizoo/zoo/fp16/";
constexpr char kFcn[] = "fcn_r50w8-d8_64x128_600_fp16_scenes";

Json parse(std::string_view text) {
  return parse_python_config(text, "config.py");
}

/// The message of the error, or "" when the text is read.
std::string refusal(std::string_view text) {
  try {
    parse(text);
    return "";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kInvalidFile);
    EXPECT_EQ(error.subject(), "config.py");
    return error.detail();
  }
}

TEST(PythonConfig, ReadsLiteralsOfEveryKind) {
  EXPECT_EQ(parse("a = 1\nb = -2.5\nc = True\nd = False\ne = None\nf = 'x'\ng = \"y\"\n"),
            Json::parse(R"({"a":1,"b":-2.5,"c":true,"d":false,"e":null,"f":"x","g":"y"})"));
  EXPECT_EQ(parse("a = 1e-4\nb = 512.\nc = .5\nd = 1_000\ne = +3\nf = -1E+2"),
            Json::parse(R"({"a":1e-4,"b":512.0,"c":0.5,"d":1000,"e":3,"f":-100.0})"));
}

TEST(PythonConfig, KeepsIntegersAndFloatsApart) {
  const Json config = parse("a = 512.\nb = 512\nc = 1e2");
  EXPECT_TRUE(config["a"].is_number_float());
  EXPECT_TRUE(config["b"].is_number_integer());
  EXPECT_TRUE(config["c"].is_number_float());
}

TEST(PythonConfig, ReadsContainersWithAndWithoutTrailingCommas) {
  EXPECT_EQ(parse("a = [1, (2, 3), (4,), (), (5), {'k': [6,],}, {}, dict()]"),
            Json::parse(R"({"a":[1,[2,3],[4],[],5,{"k":[6]},{},{}]})"));
  EXPECT_EQ(parse("model = dict(\n    type='FCN',\n    in_index=(0, 1),)\n"),
            Json::parse(R"({"model":{"type":"FCN","in_index":[0,1]}})"));
}

TEST(PythonConfig, TakesARangeAsItsIntegers) {
  EXPECT_EQ(parse("gpu_ids = range(0, 4)\nn = 2\na = [range(3), range(5, 0, -2), range(n)]"),
            Json::parse(R"({"gpu_ids":[0,1,2,3],"n":2,"a":[[0,1,2],[5,3,1],[0,1]]})"));
  EXPECT_EQ(parse("a = range(0)\nb = range(3, 1,)\nrange = 1"),
            Json::parse(R"({"a":[],"b":[],"range":1})"));
  EXPECT_EQ(parse("a = range(1024)")["a"].size(), 1024U);
  for (const char* const wrong :
       {"range(1025)", "range(0, 9, 0)", "range()", "range(1.5)", "range('x')", "range(1, 2, 3, 4)",
        "range(-9999999999, 1)", "range(-2147483647, 2147483647, 1)"}) {
    EXPECT_THAT(refusal(std::string("a = ") + wrong), testing::HasSubstr("expected range()"))
        << wrong;
  }
}

TEST(PythonConfig, RefusesRangesThatOutgrowTheText) {
  std::string text = "a = [";
  for (int count = 0; count < 200; ++count) text += "range(1000), ";
  EXPECT_THAT(refusal(text + "]"), testing::HasSubstr("ranges that outgrow the text"));
}

TEST(PythonConfig, KeepsTheOrderOfKeys) {
  EXPECT_EQ(parse("z = 1\na = dict(y=1, b=2)").dump(), R"({"z":1,"a":{"y":1,"b":2}})");
}

TEST(PythonConfig, JoinsStringsThatStandSideBySide) {
  EXPECT_EQ(parse("a = ('one '\n     'two '  # between\n     \"three\")")["a"], "one two three");
}

TEST(PythonConfig, ResolvesEscapesAsPythonDoes) {
  EXPECT_EQ(parse(R"(a = 'tab\t quote\' back\\ \x41 \u00e9 \d')")["a"],
            "tab\t quote' back\\ A \xc3\xa9 \\d");
  EXPECT_EQ(parse(R"(a = r'\d\'')")["a"], R"(\d\')");
  EXPECT_EQ(parse("a = '''two\nlines'''")["a"], "two\nlines");
  EXPECT_EQ(parse("a = u'x'")["a"], "x");
}

TEST(PythonConfig, PassesOverCommentsBlankLinesAndContinuedLines) {
  EXPECT_EQ(parse("# head\n\na = \\\n  1  # one\n\r\n# tail"), Json::parse(R"({"a":1})"));
}

TEST(PythonConfig, PutsInNamesBoundAbove) {
  EXPECT_EQ(parse("norm_cfg = dict(type='BN')\nhead = dict(norm_cfg=norm_cfg, n=[norm_cfg])"),
            Json::parse(R"({"norm_cfg":{"type":"BN"},
                            "head":{"norm_cfg":{"type":"BN"},"n":[{"type":"BN"}]}})"));
  EXPECT_EQ(parse("a = 1\na = 2\nb = a"), Json::parse(R"({"a":2,"b":2})"));
}

TEST(PythonConfig, UnpacksMappings) {
  EXPECT_EQ(parse("base = dict(a=1, b=2)\nc = dict(**base, d=3)\ne = {**base, 'b': 5}\n"
                  "f = dict(**{'x-y': 1})\ng = dict(_delete_=True, type='SGD')"),
            Json::parse(R"({"base":{"a":1,"b":2},"c":{"a":1,"b":2,"d":3},"e":{"a":1,"b":5},
                            "f":{"x-y":1},"g":{"_delete_":true,"type":"SGD"}})"));
}

TEST(PythonConfig, TurnsKeysThatAreNoStringsIntoText) {
  EXPECT_EQ(parse("a = {0: 'road', None: 1, True: 2, 1.5: 3}"),
            Json::parse(R"({"a":{"0":"road","None":1,"True":2,"1.5":3}})"));
}

TEST(PythonConfig, NamesTheLineAndWhatItFound) {
  EXPECT_EQ(refusal("a = 1\nb = foo(1)"),
            "line 2: expected a literal, dict(...) or a name bound above, got the name \"foo\"");
  EXPECT_EQ(refusal("a = [1,\n 2"), "line 2: expected ',', got the end of the text");
  EXPECT_EQ(refusal("a = dict(x=1, x=2)"), "line 1: expected each key once, got \"x\" twice");
  EXPECT_EQ(refusal("a = 'open\n"), "line 1: expected text that ends in a quote, got none");
  EXPECT_EQ(refusal("\n\na = 0x1f"), "line 3: expected a decimal number, got \"0x1f\"");
}

TEST(PythonConfig, RefusesWhateverWouldHaveToBeExecuted) {
  for (const char* text : {"import os",
                           "a = os.system('x')",
                           "a = 1 + 2",
                           "a = b",
                           "a = lambda: 1",
                           "a.b = 1",
                           "a = [x for x in y]",
                           "a = f'{b}'",
                           "a = __import__('os')",
                           "a = dict",
                           "a = 1; b = 2",
                           "a = 3 * [1]",
                           "a == 1",
                           "a = @",
                           "a = -True",
                           "a = 1e999",
                           "a = dict(**1)",
                           "if True:",
                           "a = {[1]: 2}",
                           "a = '\\x4'",
                           "a = (1, 2",
                           "a = 99999999999999999999"}) {
    EXPECT_NE(refusal(text), "") << text;
  }
}

TEST(PythonConfig, RefusesNestingWithoutEnd) {
  EXPECT_THAT(refusal("a = " + std::string(100000, '[')), testing::HasSubstr("nesting"));
  std::string names = "a = [1]\n";
  for (int i = 0; i < 200; ++i) names += "a = [a]\n";
  EXPECT_THAT(refusal(names), testing::HasSubstr("names of names"));
}

TEST(PythonConfig, RefusesNamesThatMultiply) {
  std::string text = "a = 'x'\n";
  for (int i = 0; i < 60; ++i) text += "a = [a, a]\n";
  EXPECT_THAT(refusal(text), testing::HasSubstr("names of names"));
}

TEST(PythonConfig, ReadsTheConfigInACheckpointAsTheFileBesideIt) {
  const std::string file = read_file(std::string(kZoo) + "configs/" + kFcn + ".py");
  const Json from_file = parse(file);
  const auto checkpoint =
      Checkpoint::open(std::string(kZoo) + kFcn + "/" + kFcn + "_20261123_232820-2eb5a165.pth");
  EXPECT_EQ(parse(checkpoint.meta()["config"].get<std::string>()), from_file);
  EXPECT_EQ(from_file["model"]["decode_head"]["channels"], 32);
  EXPECT_EQ(from_file["model"]["backbone"]["dilations"], Json::parse("[1, 1, 2, 4]"));
  EXPECT_EQ(from_file["optimizer_config"]["loss_scale"], 512.0);
}

TEST(ConfigOfMeta, IsTextInTheMeta) {
  EXPECT_EQ(config_of_meta({{"config", "a = 1\n"}}), (Json{{"a", 1}}));
  EXPECT_EQ(config_of_meta({{"cfg", "a = 1\n"}}), (Json{{"a", 1}}));
  EXPECT_TRUE(config_of_meta({{"config", 7}}).is_null());
  EXPECT_TRUE(config_of_meta({{"iter", 7}}).is_null());
  EXPECT_TRUE(config_of_meta(nullptr).is_null());
}

}  // namespace
}  // namespace harness
