#include "harness/checkpoint/pickle/pickle_cycles.h"

#include <gtest/gtest.h>

namespace harness {
namespace {

class PickleCycles : public testing::Test {
 protected:
  ValueId list() { return tree_.add({.kind = PickleKind::kList}); }
  void put(ValueId container, ValueId item) { tree_[container].items.push_back(item); }
  bool is_within_itself(ValueId id) const { return values_within_themselves(tree_)[id]; }

  PickleTree tree_;
};

TEST_F(PickleCycles, FindsWhatHoldsItselfDirectlyAndThroughOthers) {
  const ValueId self = list();
  put(self, self);
  const ValueId a = list();
  const ValueId b = list();
  const ValueId c = list();
  put(a, b);
  put(b, c);
  put(c, a);
  put(c, self);
  for (const ValueId id : {self, a, b, c}) EXPECT_TRUE(is_within_itself(id)) << id;
}

TEST_F(PickleCycles, FindsNeitherWhatIsSharedNorWhatHangsOnACycle) {
  const ValueId shared = list();
  const ValueId left = list();
  const ValueId right = list();
  const ValueId top = list();
  put(left, shared);
  put(right, shared);
  put(top, left);
  put(top, right);
  const ValueId loop = list();
  put(loop, loop);
  put(loop, shared);
  put(top, loop);
  for (const ValueId id : {shared, left, right, top}) EXPECT_FALSE(is_within_itself(id)) << id;
  EXPECT_TRUE(is_within_itself(loop));
}

/// As deep as a file can nest them: recursion would end the program.
TEST_F(PickleCycles, GoesAsDeepAsAFileDoes) {
  constexpr int kDeep = 1'000'000;
  const ValueId first = list();
  ValueId last = first;
  for (int count = 0; count < kDeep; ++count) {
    const ValueId next = list();
    put(last, next);
    last = next;
  }
  EXPECT_FALSE(is_within_itself(first));
  put(last, first);
  EXPECT_TRUE(is_within_itself(first));
  EXPECT_TRUE(is_within_itself(last));
}

}  // namespace
}  // namespace harness
