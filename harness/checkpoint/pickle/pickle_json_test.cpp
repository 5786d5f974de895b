#include "harness/checkpoint/pickle/pickle_json.h"

#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/ordered_object.h"

namespace harness {
namespace {

class PickleJson : public testing::Test {
 protected:
  ValueId add(PickleKind kind, std::vector<ValueId> items = {}) {
    return tree_.add({.kind = kind, .items = std::move(items)});
  }
  ValueId text(std::string value) { return tree_.add_text(PickleKind::kString, std::move(value)); }
  ValueId real(double value) { return tree_.add({.kind = PickleKind::kFloat, .real = value}); }
  ValueId tensor() {
    tree_.tensors.push_back({.dtype = DType::kFloat16, .shape = {2}, .strides = {1}});
    return tree_.add({.kind = PickleKind::kTensor,
                      .integer = static_cast<std::int64_t>(tree_.tensors.size()) - 1});
  }
  std::string convert(ValueId id) { return PickleToJson(tree_, "x.pth").convert(id, "").dump(); }

  PickleTree tree_;
};

TEST_F(PickleJson, WritesScalars) {
  EXPECT_EQ(convert(tree_.add_none()), "null");
  EXPECT_EQ(convert(real(0.5)), "0.5");
  EXPECT_EQ(convert(real(std::nan(""))), "null");
  EXPECT_EQ(convert(real(-std::numeric_limits<double>::infinity())), "null");
  EXPECT_EQ(convert(tree_.add_text(PickleKind::kBigInt, "0x1ff")), "\"0x1ff\"");
}

TEST_F(PickleJson, NamesKeysThatAreNoText) {
  EXPECT_EQ(key_text(tree_, tree_.add_int(-4)), "-4");
  EXPECT_EQ(key_text(tree_, tree_.add_bool(false)), "False");
  EXPECT_EQ(key_text(tree_, tree_.add_none()), "None");
  EXPECT_EQ(key_text(tree_, real(1.5)), "1.5");
  EXPECT_EQ(key_text(tree_, add(PickleKind::kTuple, {text("a"), add(PickleKind::kTuple)})),
            "(a, (...))");
  EXPECT_EQ(key_text(tree_, add(PickleKind::kSet)), "a set");
  // The parameters of an optimizer that was saved whole: two of them are two keys.
  EXPECT_EQ(key_text(tree_, tree_.add({.kind = PickleKind::kTensor, .integer = 7})), "tensor 7");
  EXPECT_NE(key_text(tree_, tree_.add_opaque("a.B", GlobalRole::kInert, tree_.add_none())),
            key_text(tree_, tree_.add_opaque("a.B", GlobalRole::kInert, tree_.add_none())));
  const ValueId wide =
      add(PickleKind::kTuple, std::vector<ValueId>(1000, text(std::string(100, 'x'))));
  EXPECT_LT(key_text(tree_, wide).size(), 500U);
}

TEST_F(PickleJson, CollectsTensorsByTheWayToThem) {
  const ValueId list = add(PickleKind::kList, {tensor(), tree_.add_none(), tensor()});
  const ValueId dict = add(PickleKind::kDict, {text("a"), list, tree_.add_int(0), tensor()});
  PickleToJson json(tree_, "x.pth");
  EXPECT_EQ(json.convert(dict, "top")["0"]["__tensor__"], "float16 [2]");
  ASSERT_EQ(json.tensors().size(), 3U);
  EXPECT_EQ(json.tensors()[0].name, "top.a.0");
  EXPECT_EQ(json.tensors()[1].name, "top.a.2");
  EXPECT_EQ(json.tensors()[2].name, "top.0");
}

TEST_F(PickleJson, ShowsClassesObjectsAndStorages) {
  const ValueId empty = add(PickleKind::kTuple);
  EXPECT_EQ(convert(tree_.add_opaque("a.B", GlobalRole::kInert, empty)), R"({"__class__":"a.B"})");
  const ValueId arguments = add(PickleKind::kTuple, {text("cuda"), tree_.add_int(1)});
  EXPECT_EQ(convert(tree_.add_opaque("torch.device", GlobalRole::kTorchDevice, arguments)),
            "\"cuda:1\"");
  tree_.storages.push_back({.key = "0", .dtype = DType::kInt64, .elements = 9});
  tree_.slices.push_back({.storage = 0, .offset = 0, .elements = 4});
  EXPECT_EQ(convert(tree_.add({.kind = PickleKind::kStorage})), R"({"__storage__":"int64 [4]"})");
}

TEST_F(PickleJson, ShowsWhatHoldsItselfOnce) {
  const ValueId list = add(PickleKind::kList);
  const ValueId inner = add(PickleKind::kList, {list});
  tree_[list].items = {inner, inner, list};
  PickleToJson json(tree_, "x.pth");
  EXPECT_EQ(json.convert(list, "a").dump(),
            R"([[{"__same_as__":"a"}],{"__same_as__":"a.0"},{"__same_as__":"a"}])");
}

/// Every one of them holds every one: as many ways through them as 40 has permutations.
TEST_F(PickleJson, ShowsManyThatHoldEachOtherOnceEach) {
  std::vector<ValueId> all;
  for (int count = 0; count < 40; ++count) all.push_back(add(PickleKind::kList));
  for (const ValueId list : all) tree_[list].items = all;
  const std::string text = convert(all.front());
  std::size_t lists = 0;
  for (const char c : text) lists += c == '[' ? 1U : 0U;
  EXPECT_EQ(lists, all.size());
}

TEST_F(PickleJson, RefusesContainersThatMultiply) {
  ValueId list = add(PickleKind::kList);
  for (int level = 0; level < 40; ++level) list = add(PickleKind::kList, {list, list});
  try {
    convert(list);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kInvalidFile);
    EXPECT_THAT(error.detail(), testing::HasSubstr("in proportion"));
  }
}

TEST_F(PickleJson, WritesManyPlacesThatShareTheirValues) {
  const std::vector<ValueId> items(300000, tree_.add_int(7));
  const ValueId list = add(PickleKind::kList, items);
  const ValueId dict = add(PickleKind::kDict, items);
  PickleToJson json(tree_, "x.pth");
  EXPECT_EQ(json.convert(list, "list").size(), 300000U);
  EXPECT_EQ(json.convert(dict, "dict").size(), 1U);
}

TEST_F(PickleJson, WritesADictOfManyKeysInTime) {
  std::vector<ValueId> items;
  for (int key = 0; key < 100000; ++key) {
    items.push_back(tree_.add_int(key));
    items.push_back(tree_.add_none());
  }
  EXPECT_EQ(PickleToJson(tree_, "x.pth").convert(add(PickleKind::kDict, items), "").size(),
            100000U);
}

TEST(OrderedObject, KeepsTheFirstPlaceAndTheLastValueOfAKey) {
  OrderedObject object;
  object.set("b", 1);
  object.set("a", 2);
  object.set("b", 3);
  EXPECT_EQ(object.take().dump(), R"({"b":3,"a":2})");
}

}  // namespace
}  // namespace harness
