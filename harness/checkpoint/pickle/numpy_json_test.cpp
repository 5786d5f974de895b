#include "harness/checkpoint/pickle/numpy_json.h"

#include <gtest/gtest.h>

namespace harness {
namespace {

class NumpyJson : public testing::Test {
 protected:
  ValueId tuple(std::vector<ValueId> items) {
    return tree_.add({.kind = PickleKind::kTuple, .items = std::move(items)});
  }
  ValueId text(std::string value) { return tree_.add_text(PickleKind::kString, std::move(value)); }
  ValueId bytes(std::string value) { return tree_.add_text(PickleKind::kBytes, std::move(value)); }
  ValueId object(GlobalRole role, std::vector<ValueId> arguments, ValueId state = kNoValue) {
    const ValueId made = tree_.add_opaque("numpy", role, tuple(std::move(arguments)));
    tree_[made].items[kState] = state;
    return made;
  }
  ValueId dtype(const std::string& code, const std::string& order = "<") {
    return object(GlobalRole::kNumpyDtype, {text(code)}, tuple({tree_.add_int(3), text(order)}));
  }
  std::optional<Json> convert(ValueId id) { return numpy_to_json(tree_, tree_[id]); }

  PickleTree tree_;
};

TEST_F(NumpyJson, ReadsScalarsOfEveryType) {
  const auto scalar = [&](const std::string& code, std::string raw) {
    return convert(object(GlobalRole::kNumpyScalar, {dtype(code), bytes(std::move(raw))}));
  };
  EXPECT_EQ(scalar("f2", std::string("\x00\x3c", 2)), Json(1.0));
  EXPECT_EQ(scalar("f4", std::string("\x00\x00\x00\x3f", 4)), Json(0.5));
  EXPECT_EQ(scalar("i2", "\xfe\xff"), Json(-2));
  EXPECT_EQ(scalar("u1", "\xff"), Json(255));
  EXPECT_EQ(scalar("b1", "\x01"), Json(true));
  EXPECT_EQ(scalar("f4", std::string("\x00\x00\xc0\x7f", 4)), Json(nullptr));
}

TEST_F(NumpyJson, ReadsBigEndianNumbersAndTexts) {
  const auto scalar = [&](const std::string& code, const std::string& order, std::string raw) {
    return convert(object(GlobalRole::kNumpyScalar, {dtype(code, order), bytes(std::move(raw))}));
  };
  EXPECT_EQ(scalar("f4", ">", std::string("\x3f\x00\x00\x00", 4)), Json(0.5));
  EXPECT_EQ(scalar("i2", ">", "\xff\xfe"), Json(-2));
  EXPECT_EQ(scalar("c8", ">", std::string("\x3f\x80\0\0\xbf\x80\0\0", 8)),
            Json::parse("[1.0, -1.0]"));
  EXPECT_EQ(scalar("U2", "<", std::string("a\0\0\0\xfc\0\0\0", 8)), Json("a\xc3\xbc"));
  EXPECT_EQ(scalar("U1", ">", std::string("\0\0\0a", 4)), Json("a"));
  EXPECT_FALSE(scalar("U1", "<", "abc"));
  EXPECT_EQ(scalar("U64", "<", std::string(256, '\0')), Json(std::string(64, '\0')));
  EXPECT_FALSE(scalar("U65", "<", std::string(260, '\0')));
  EXPECT_FALSE(scalar("U1", "<", std::string("\0\xd8\0\0", 4)));
  EXPECT_FALSE(scalar("U1", "<", std::string("\0\0\x11\0", 4)));
}

TEST_F(NumpyJson, ReadsABigEndianArray) {
  const ValueId state = tuple({tree_.add_int(1), tuple({tree_.add_int(2)}), dtype("i2", ">"),
                               tree_.add_bool(false), bytes(std::string("\0\1\1\0", 4))});
  const ValueId array = object(GlobalRole::kNumpyArray, {}, state);
  EXPECT_EQ((*convert(array))["values"], Json::parse("[1, 256]"));
  EXPECT_FALSE(numpy_array(tree_, tree_[array]).has_value());
}

TEST_F(NumpyJson, ReadsArraysAndLeavesOutLongOnes) {
  const auto array = [&](std::int64_t count) {
    const ValueId state =
        tuple({tree_.add_int(1), tuple({tree_.add_int(count)}), dtype("i1"), tree_.add_bool(false),
               bytes(std::string(static_cast<std::size_t>(count), '\x02'))});
    return convert(object(GlobalRole::kNumpyArray, {}, state));
  };
  EXPECT_EQ(array(2)->dump(),
            R"({"__class__":"numpy.ndarray","dtype":"int8","shape":[2],"values":[2,2]})");
  EXPECT_FALSE(array(1025)->contains("values"));
}

TEST_F(NumpyJson, WritesColumnsFirstArraysInRowMajorOrder) {
  const auto array = [&](bool is_fortran) {
    const ValueId state = tuple({tree_.add_int(1), tuple({tree_.add_int(2), tree_.add_int(3)}),
                                 dtype("i1"), tree_.add_bool(is_fortran), bytes("\1\2\3\4\5\6")});
    return (*convert(object(GlobalRole::kNumpyArray, {}, state)))["values"];
  };
  EXPECT_EQ(array(false), Json::parse("[1, 2, 3, 4, 5, 6]"));
  EXPECT_EQ(array(true), Json::parse("[1, 3, 5, 2, 4, 6]"));
  const auto buffer = convert(object(
      GlobalRole::kNumpyBuffer,
      {bytes("\1\2\3\4"), dtype("i1"), tuple({tree_.add_int(2), tree_.add_int(2)}), text("F")}));
  EXPECT_EQ((*buffer)["values"], Json::parse("[1, 3, 2, 4]"));
}

TEST_F(NumpyJson, LeavesAloneArraysOfAnotherSizeThanTheirBytes) {
  const auto array = [&](std::vector<ValueId> sizes, std::string content) {
    return convert(object(GlobalRole::kNumpyArray, {},
                          tuple({tree_.add_int(1), tuple(std::move(sizes)), dtype("i2"),
                                 tree_.add_bool(false), bytes(std::move(content))})));
  };
  EXPECT_TRUE(array({tree_.add_int(2)}, "abcd"));
  EXPECT_FALSE(array({tree_.add_int(3)}, "abcd"));
  EXPECT_FALSE(array({tree_.add_int(2)}, "abcde"));
  EXPECT_FALSE(array({tree_.add_int(-2), tree_.add_int(-1)}, "abcd"));
  const std::int64_t half = std::int64_t{1} << 32;
  EXPECT_FALSE(array({tree_.add_int(half), tree_.add_int(half)}, ""));
  EXPECT_EQ((*array({tree_.add_int(0), tree_.add_int(7)}, ""))["values"], Json::array());
}

TEST_F(NumpyJson, LeavesAloneWhatItCannotRead) {
  EXPECT_FALSE(convert(tree_.add_none()));
  EXPECT_FALSE(convert(object(GlobalRole::kNumpyScalar, {dtype("f4"), bytes("abc")})));
  EXPECT_FALSE(convert(object(GlobalRole::kNumpyScalar, {dtype("f3", ">"), bytes("abc")})));
  EXPECT_FALSE(convert(object(GlobalRole::kNumpyScalar, {dtype("S4"), bytes("abcd")})));
  EXPECT_FALSE(convert(object(GlobalRole::kNumpyScalar, {})));
  EXPECT_FALSE(convert(object(GlobalRole::kNumpyArray, {}, tree_.add_none())));
  EXPECT_FALSE(convert(object(GlobalRole::kNumpyBuffer, {bytes("a"), tree_.add_none()})));
}

}  // namespace
}  // namespace harness
