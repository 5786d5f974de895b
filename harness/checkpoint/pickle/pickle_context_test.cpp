#include "harness/checkpoint/pickle/pickle_context.h"

#include <gtest/gtest.h>

namespace harness {
namespace {

class PickleArgumentsTest : public testing::Test {
 protected:
  std::string refusal(auto&& read) {
    try {
      read();
      return "";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kInvalidFile);
      return error.what();
    }
  }

  ValueId tuple(std::vector<ValueId> items) {
    return tree_.add({.kind = PickleKind::kTuple, .items = std::move(items)});
  }

  PickleTree tree_;
  PickleContext context_{.subject = "x.pth", .position = 12};
};

TEST_F(PickleArgumentsTest, ReadsWhatIsThere) {
  const ValueId shape = tuple({tree_.add_int(2), tree_.add_int(3)});
  const PickleArguments call(tree_, context_, "f",
                             tuple({shape, tree_.add_int(9), tree_.add_none()}));
  EXPECT_EQ(call.size(), 3U);
  EXPECT_EQ(call.integers(0), (std::vector<std::int64_t>{2, 3}));
  EXPECT_EQ(call.integer(1), 9);
  EXPECT_TRUE(call.has(1));
  EXPECT_FALSE(call.has(2));
  EXPECT_FALSE(call.has(3));
}

TEST_F(PickleArgumentsTest, NamesTheCallAndTheArgument) {
  const PickleArguments call(tree_, context_, "f", tuple({tree_.add_none()}));
  const std::string place = "invalid file: x.pth: pickle, byte 12: f: ";
  EXPECT_EQ(refusal([&] { call.integer(0); }), place + "argument 1: expected an integer, got None");
  EXPECT_EQ(refusal([&] { call.integers(0); }), place + "argument 1: expected a tuple, got None");
  EXPECT_EQ(refusal([&] { call.id(1); }), place + "expected at least 2 arguments, got 1");
  EXPECT_EQ(refusal([&] { PickleArguments(tree_, context_, "f", tree_.add_none()); }),
            place + "expected a tuple of arguments, got None");
}

}  // namespace
}  // namespace harness
