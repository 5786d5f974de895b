#include "harness/checkpoint/pickle/pickle_stack.h"

#include <stdexcept>

#include <gtest/gtest.h>

namespace harness {
namespace {

using Ids = std::vector<ValueId>;

std::string refusal(auto&& act) {
  try {
    act();
    return "";
  } catch (const std::invalid_argument& failure) {
    return failure.what();
  }
}

TEST(PickleStack, GivesBackWhatWasPushed) {
  PickleStack stack;
  for (const ValueId value : {1U, 2U, 3U, 4U}) stack.push(value);
  EXPECT_EQ(stack.pop(), 4U);
  EXPECT_EQ(stack.take(2), (Ids{2, 3}));
  EXPECT_EQ(stack.result(), 1U);
}

TEST(PickleStack, KeepsWhatLiesBelowAMarkOutOfReach) {
  PickleStack stack;
  stack.push(1);
  stack.push_mark();
  EXPECT_EQ(refusal([&] { stack.top(); }), "expected 1 values on the stack, got 0");
  stack.push(2);
  EXPECT_EQ(refusal([&] { stack.take(2); }), "expected 2 values on the stack, got 1");
  EXPECT_EQ(stack.take_marked(), Ids{2});
  EXPECT_EQ(refusal([&] { stack.take_marked(); }), "expected a mark on the stack, got none");
}

TEST(PickleStack, DropsValuesAndThenMarks) {
  PickleStack stack;
  stack.push(1);
  stack.push_mark();
  stack.push(2);
  stack.drop();
  stack.drop();
  EXPECT_EQ(stack.result(), 1U);
}

TEST(PickleStack, RemembersByIndex) {
  PickleStack stack;
  stack.push(5);
  stack.remember(70000);
  stack.push(6);
  stack.remember_next();
  stack.recall(70000);
  EXPECT_EQ(stack.pop(), 5U);
  stack.recall(1);
  EXPECT_EQ(stack.pop(), 6U);
  EXPECT_EQ(refusal([&] { stack.recall(2); }), "expected memo 2, got none");
  EXPECT_EQ(PickleStack::memo_index("12"), 12U);
  for (const char* line : {"", "-1", "1x", "99999999999999999999999"}) {
    EXPECT_NE(refusal([&] { PickleStack::memo_index(line); }), "") << line;
  }
}

TEST(PickleStack, ThePlaceOfWhatIsMadeIsTheTextBelowTheNames) {
  PickleTree tree;
  const ValueId key = tree.add_text(PickleKind::kString, "conv.weight");
  const ValueId name = tree.add({.kind = PickleKind::kGlobal});
  PickleStack stack;
  EXPECT_EQ(stack.key_below(tree), std::nullopt);
  stack.push(key);
  stack.push(name);
  stack.push_mark();
  stack.push(name);
  EXPECT_EQ(stack.key_below(tree), key);
  stack.push(tree.add_int(3));
  stack.push(name);
  EXPECT_EQ(stack.key_below(tree), std::nullopt);
}

/// Else each of a million names would be a way through all the others.
TEST(PickleStack, LooksBelowAFewNamesOnly) {
  PickleTree tree;
  PickleStack stack;
  stack.push(tree.add_text(PickleKind::kString, "conv.weight"));
  for (int i = 0; i < 5; ++i) stack.push(tree.add({.kind = PickleKind::kGlobal}));
  EXPECT_EQ(stack.key_below(tree), std::nullopt);
}

TEST(PickleStack, ExpectsOneValueAtTheEnd) {
  PickleStack stack;
  EXPECT_EQ(refusal([&] { stack.result(); }), "expected one value at the end, got 0 and 0 marks");
  stack.push(1);
  stack.push_mark();
  EXPECT_EQ(refusal([&] { stack.result(); }), "expected one value at the end, got 1 and 1 marks");
}

}  // namespace
}  // namespace harness
