#include "harness/checkpoint/pickle/unpickler.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/checkpoint/pickle/pickle_json.h"
#include "harness/testing/pickle_text.h"

namespace harness {
namespace {

using pickle_text::join;
using pickle_text::pickled;
using testing::HasSubstr;
using namespace std::string_literals;

std::span<const std::byte> bytes_of(const std::string& text) {
  return std::as_bytes(std::span(text));
}

/// The JSON of what `body` leaves on the stack.
std::string read(const std::string& body) {
  const std::string pickle = pickled(body);
  const Unpickled unpickled = unpickle(bytes_of(pickle), "x.pth");
  EXPECT_EQ(unpickled.size, pickle.size());
  return PickleToJson(unpickled.tree, "x.pth").convert(unpickled.tree.root, "").dump();
}

Error refusal(const std::string& body) {
  try {
    read(body);
  } catch (const Error& error) {
    return error;
  }
  return {ErrorCode::kUsage, "", "nothing was refused"};
}

TEST(Unpickler, BuildsContainersByEveryOpcode) {
  EXPECT_EQ(read("](K\x01K\x02"
                 "e"),
            "[1,2]");
  EXPECT_EQ(read("]K\x01"
                 "a"),
            "[1]");
  EXPECT_EQ(read("(K\x01l"), "[1]");
  EXPECT_EQ(read("(K\x01K\x02t"), "[1,2]");
  EXPECT_EQ(read("K\x01\x85K\x02\x86K\x03K\x04\x87"), "[[[1],2],3,4]");
  EXPECT_EQ(read("K\x01K\x02K\x03\x87"), "[1,2,3]");
  EXPECT_EQ(read(")"), "[]");
  EXPECT_EQ(read(join("}", pickle_text::text("a"), "Ns")), R"({"a":null})");
  EXPECT_EQ(read(join("}(", pickle_text::text("a"), "\x88", pickle_text::text("b"), "\x89u")),
            R"({"a":true,"b":false})");
  EXPECT_EQ(read(join("(", pickle_text::text("a"),
                      "K\x01"
                      "d")),
            R"({"a":1})");
  EXPECT_EQ(read("\x8f(K\x01\x90"), "[1]");
  EXPECT_EQ(read("(K\x01\x91"), "[1]");
}

TEST(Unpickler, RemembersAndRecallsValues) {
  EXPECT_EQ(read("]q\x05h\x05\x86"), "[[],[]]");
  EXPECT_EQ(read("]r\x01\x00\x00\x00j\x01\x00\x00\x00\x86"s), "[[],[]]");
  EXPECT_EQ(read("]p7\ng7\n\x86"), "[[],[]]");
  EXPECT_EQ(read("]\x94h\x00\x86"s), "[[],[]]");
}

TEST(Unpickler, MovesValuesOnTheStack) {
  EXPECT_EQ(read("K\x01"
                 "2\x86"),
            "[1,1]");
  EXPECT_EQ(read("K\x01K\x02"
                 "0"),
            "1");
  EXPECT_EQ(read("K\x01(K\x02"
                 "1"),
            "1");
  EXPECT_EQ(read("K\x01(0"), "1");
}

TEST(Unpickler, PassesOverFrames) {
  EXPECT_EQ(read("\x95\x02\x00\x00\x00\x00\x00\x00\x00K\x01"s), "1");
}

TEST(Unpickler, LastValueOfAKeyWins) {
  EXPECT_EQ(read(join("}(", pickle_text::text("a"), "K\x01", pickle_text::text("b"), "K\x02",
                      pickle_text::text("a"), "K\x03u")),
            R"({"a":3,"b":2})");
}

TEST(Unpickler, KeepsUnknownClassesWithoutCallingThem) {
  const std::string cls = pickle_text::global("mmcv", "Config");
  EXPECT_EQ(read(join(cls, ")R")), R"({"__class__":"mmcv.Config"})");
  EXPECT_EQ(read(join(cls, ")\x81}", pickle_text::text("a"), "K\x01sb")),
            R"({"__class__":"mmcv.Config","state":{"a":1}})");
  EXPECT_EQ(read(join(cls, "K\x01\x85R", pickle_text::text("k"), "K\x02s")),
            R"({"__class__":"mmcv.Config","args":[1],"entries":{"k":2}})");
  EXPECT_EQ(read(join(cls,
                      ")RK\x01"
                      "a")),
            R"({"__class__":"mmcv.Config","elements":[1]})");
  EXPECT_EQ(read(join(cls, ")}", pickle_text::text("a"), "K\x01s\x92")),
            R"({"__class__":"mmcv.Config","state":{"a":1}})");
  EXPECT_EQ(read(join(pickle_text::text("mmcv"), pickle_text::text("Config"), "\x93")),
            R"({"__class__":"type","name":"mmcv.Config"})");
}

TEST(Unpickler, SaysWhereThePickleEnds) {
  const std::string bytes = pickled("K\x01") + "rest";
  EXPECT_EQ(unpickle(bytes_of(bytes), "x.pth").size, bytes.size() - 4);
}

TEST(Unpickler, ListsWhatPythonWouldRun) {
  const std::string call =
      join(pickle_text::global("os", "system"), pickle_text::text("id"), "\x85R");
  const std::string bytes = pickled(join("]", call, "a"));
  const Unpickled read = unpickle(bytes_of(bytes), "x.pth");
  EXPECT_EQ(listing_of(read.tree.code.found()), "os.system(a string)");
}

/// Python has run it by the time it sees that the rest makes no sense.
TEST(Unpickler, ListsWhatRunsBeforeThePlaceThatIsWrong) {
  const Error error =
      refusal(join(pickle_text::global("os", "system"), pickle_text::text("id"), "\x85R", "a"));
  EXPECT_EQ(error.code(), ErrorCode::kUnsafePickle);
  EXPECT_EQ(error.subject(), "x.pth");
  EXPECT_THAT(error.detail(), HasSubstr("os.system(a string)"));
  EXPECT_THAT(error.detail(), HasSubstr("on the stack"));
}

TEST(Unpickler, CallsOfOldPicklesAreCallsToo) {
  const std::string inst = join("(", pickle_text::text("id"), "ios\nsystem\n");
  const std::string obj =
      join("(", pickle_text::global("os", "system"), pickle_text::text("id"), "o");
  for (const std::string& body : {inst, obj}) {
    const std::string bytes = pickled(body);
    EXPECT_THAT(listing_of(unpickle(bytes_of(bytes), "x.pth").tree.code.found()),
                HasSubstr("os.system(a string)"));
  }
}

TEST(Unpickler, CountsPlacesFromTheStartOfTheFile) {
  const std::string bytes = pickled("a");
  try {
    unpickle(bytes_of(bytes), "x.pth", 1000);
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.detail(), HasSubstr("byte 1002"));
  }
}

/// docs/checkpoint_format.md, Pickle.
constexpr std::string_view kAllowed =
    "(.012Gt]})lsuadNKMJIL"
    "\x8a\x8b"
    "F"
    "STUVX"
    "BC"
    "\x8c\x8d\x8e\x8f"
    "\x88\x89"
    "\x85\x86\x87"
    "e"
    "\x90\x91\x93\x94\x95\x96"
    "R"
    "\x81\x92"
    "bcQio"
    "\x82\x83\x84"
    "pqrghj"
    "\x80";

TEST(Unpickler, RefusesEveryOpcodeOffTheList) {
  int refused = 0;
  for (int byte = 0; byte < 256; ++byte) {
    const auto opcode = static_cast<char>(byte);
    if (kAllowed.find(opcode) != std::string_view::npos) continue;
    ++refused;
    const Error error = refusal(join("N0", std::string(1, opcode), "abc\nd\n"));
    EXPECT_EQ(error.code(), ErrorCode::kInvalidFile) << byte;
    EXPECT_THAT(error.detail(),
                HasSubstr("opcode of torch.save, got byte " + std::to_string(byte)));
  }
  EXPECT_EQ(refused, 256 - static_cast<int>(kAllowed.size()));
}

TEST(Unpickler, NamesTheOpcodesOfPythonThatItRefuses) {
  for (const auto& [opcode, name] :
       {std::pair{'P', "PERSID"}, {'\x97', "NEXT_BUFFER"}, {'\x98', "READONLY_BUFFER"}}) {
    EXPECT_THAT(refusal(join("N0", std::string(1, opcode), "abc\nd\n")).detail(),
                HasSubstr(std::string("(") + name + ","));
  }
}

TEST(Unpickler, BoundsTheStackAndTheMarks) {
  EXPECT_THAT(refusal(join("N", std::string(PickleTree::kMaxValues + 1, '2'))).detail(),
              HasSubstr("a stack of at most"));
  EXPECT_THAT(refusal(std::string(PickleTree::kMaxValues + 1, '(')).detail(),
              HasSubstr("a stack of at most"));
  EXPECT_THAT(refusal(std::string(PickleTree::kMaxValues + 1, ']')).detail(),
              HasSubstr("values, got more"));
}

}  // namespace
}  // namespace harness
