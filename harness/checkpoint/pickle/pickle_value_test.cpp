#include "harness/checkpoint/pickle/pickle_value.h"

#include <stdexcept>

#include <gtest/gtest.h>

namespace harness {
namespace {

TEST(PickleTree, HoldsOneOfEachSmallConstant) {
  PickleTree tree;
  const std::size_t before = tree.size();
  EXPECT_EQ(tree.add_int(7), tree.add_int(7));
  EXPECT_EQ(tree[tree.add_int(255)].integer, 255);
  EXPECT_EQ(tree[tree.add_bool(true)].integer, 1);
  EXPECT_EQ(tree[tree.add_bool(false)].kind, PickleKind::kBool);
  EXPECT_EQ(tree[tree.add_none()].kind, PickleKind::kNone);
  EXPECT_EQ(tree.size(), before);
  EXPECT_EQ(tree[tree.add_int(-1)].integer, -1);
  EXPECT_EQ(tree[tree.add_int(256)].integer, 256);
}

TEST(PickleTree, KeepsTextAliveWhenItIsMoved) {
  PickleTree tree;
  const ValueId id = tree.add_text(PickleKind::kString, "short");
  PickleTree moved = std::move(tree);
  EXPECT_EQ(moved[id].text, "short");
}

TEST(PickleTree, HasRoomForTheFourPartsOfAnObject) {
  PickleTree tree;
  const ValueId object = tree.add_opaque("a.B", GlobalRole::kInert, tree.add_none());
  EXPECT_EQ(tree[object].items.size(), kOpaqueParts);
  EXPECT_EQ(tree[object].items[kArguments], tree.add_none());
  EXPECT_EQ(tree[object].items[kState], kNoValue);
}

TEST(PickleTree, RefusesMoreThanItsLimits) {
  PickleTree tree;
  tree.charge(PickleTree::kMaxValues);
  EXPECT_THROW(tree.add({}), std::length_error);
  EXPECT_NO_THROW(tree.add_int(3));
  PickleTree other;
  other.keep(std::string(PickleTree::kMaxCopiedText, 'x'));
  EXPECT_THROW(other.keep("x"), std::length_error);
}

TEST(PickleKind, IsDescribedForMessages) {
  EXPECT_EQ(describe(PickleKind::kDict), "a dict");
  EXPECT_EQ(describe(PickleKind::kBigInt), "an integer");
}

}  // namespace
}  // namespace harness
