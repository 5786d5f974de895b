#include "harness/checkpoint/pickle/stored_pickle.h"

#include <string>

#include <gtest/gtest.h>

namespace harness {
namespace {

TEST(StoredPickle, CountsBytesOfTypedAndUntypedStorages) {
  EXPECT_EQ(storage_size({.key = "0", .dtype = DType::kFloat16, .elements = 5}), 10U);
  EXPECT_EQ(storage_size({.key = "0", .dtype = std::nullopt, .elements = 5}), 5U);
}

TEST(StoredPickle, AStorageIsThatOfTheTensorThatLiesInIt) {
  PickleTree tree;
  tree.tensors = {{.storage = 4}, {.storage = 2}};
  const ValueId list = tree.add({.kind = PickleKind::kList, .items = {tree.add_int(1)}});
  const ValueId dict = tree.add({.kind = PickleKind::kDict});
  for (std::int64_t index = 0; index < 2; ++index) {
    const std::string name = index == 0 ? "a.weight" : "b.bias";
    tree[dict].items.push_back(list);
    tree[dict].items.push_back(list);
    const ValueId key = tree.add_text(PickleKind::kString, name);
    const ValueId tensor = tree.add({.kind = PickleKind::kTensor, .integer = index});
    tree[dict].items.push_back(key);
    tree[dict].items.push_back(tensor);
  }
  EXPECT_EQ(owner_text(tree, 4), " of 'a.weight'");
  EXPECT_EQ(owner_text(tree, 2), " of 'b.bias'");
  EXPECT_EQ(owner_text(tree, 3), "");
}

}  // namespace
}  // namespace harness
