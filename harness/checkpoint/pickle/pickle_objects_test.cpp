#include "harness/checkpoint/pickle/pickle_objects.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace harness {
namespace {

class PickleObjectsTest : public testing::Test {
 protected:
  ValueId add(PickleKind kind, std::vector<ValueId> items) {
    return tree_.add({.kind = kind, .items = std::move(items)});
  }
  ValueId tuple(std::vector<ValueId> items) { return add(PickleKind::kTuple, std::move(items)); }
  ValueId list(std::vector<ValueId> items) { return add(PickleKind::kList, std::move(items)); }
  ValueId text(std::string value) { return tree_.add_text(PickleKind::kString, std::move(value)); }
  const PickleValue& call(std::string_view module, std::string_view name,
                          std::vector<ValueId> with) {
    return tree_[objects_.reduce(objects_.global(module, name), tuple(std::move(with)))];
  }
  Error refusal(auto&& act) {
    try {
      act();
    } catch (const Error& error) {
      return error;
    }
    return {ErrorCode::kUsage, "", "nothing was refused"};
  }

  PickleTree tree_;
  PickleContext context_{.subject = "x.pth", .position = 0};
  PickleObjects objects_{tree_, context_};
};

TEST_F(PickleObjectsTest, MakesPlainContainers) {
  const ValueId one = tree_.add_int(1);
  EXPECT_EQ(call("collections", "OrderedDict", {}).kind, PickleKind::kDict);
  EXPECT_EQ(call("collections", "defaultdict", {objects_.global("builtins", "int")}).kind,
            PickleKind::kDict);
  EXPECT_EQ(call("builtins", "set", {list({one})}).kind, PickleKind::kSet);
  EXPECT_EQ(call("builtins", "set", {list({one})}).items, std::vector<ValueId>{one});
  EXPECT_EQ(call("torch", "Size", {tuple({one})}).kind, PickleKind::kTuple);
  EXPECT_EQ(call("builtins", "list", {}).kind, PickleKind::kList);
}

TEST_F(PickleObjectsTest, MakesAnOrderedDictOfPythonTwosPairs) {
  const ValueId pair = list({text("k"), tree_.add_int(1)});
  const PickleValue& dict = call("collections", "OrderedDict", {list({pair, pair})});
  EXPECT_EQ(dict.items.size(), 4U);
  EXPECT_THAT(refusal([&] { call("collections", "OrderedDict", {list({text("k")})}); }).detail(),
              testing::HasSubstr("pairs"));
}

TEST_F(PickleObjectsTest, MakesBytes) {
  EXPECT_EQ(call("_codecs", "encode", {text("\xc3\xbf"), text("latin1")}).text, "\xff");
  EXPECT_EQ(call("builtins", "bytearray", {text("a"), text("latin-1")}).kind, PickleKind::kBytes);
  EXPECT_EQ(call("builtins", "bytearray", {}).text, "");
}

TEST_F(PickleObjectsTest, UnwrapsParametersAndTensorSubclasses) {
  const ValueId tensor = tree_.add({.kind = PickleKind::kTensor, .integer = 3});
  EXPECT_EQ(call("torch._utils", "_rebuild_parameter", {tensor, tree_.add_bool(true)}).integer, 3);
  const ValueId rebuild = objects_.global("torch._utils", "_rebuild_parameter");
  EXPECT_EQ(call("torch._tensor", "_rebuild_from_type_v2",
                 {rebuild, objects_.global("a", "MyTensor"), tuple({tensor}), tree_.add_none()})
                .integer,
            3);
}

TEST_F(PickleObjectsTest, KeepsAReconstructedObjectUnderItsClass) {
  const ValueId cls = objects_.global("a", "B");
  const PickleValue& made = call("copy_reg", "_reconstructor",
                                 {cls, objects_.global("builtins", "object"), tree_.add_none()});
  EXPECT_EQ(made.kind, PickleKind::kOpaque);
  EXPECT_EQ(made.text, "a.B");
}

TEST_F(PickleObjectsTest, CallsNoFunction) {
  EXPECT_EQ(refusal([&] { call("torch", "add", {}); }).code(), ErrorCode::kUnsafePickle);
  EXPECT_EQ(refusal([&] { call("torch", "float16", {}); }).code(), ErrorCode::kUnsafePickle);
  EXPECT_EQ(refusal([&] { call("os", "system", {}); }).code(), ErrorCode::kUnsafePickle);
  EXPECT_EQ(refusal([&] {
              call("torch._tensor", "_rebuild_from_type_v2",
                   {objects_.global("a", "b"), tree_.add_none(), tuple({}), tree_.add_none()});
            }).code(),
            ErrorCode::kUnsafePickle);
  EXPECT_EQ(refusal([&] { objects_.reduce(text("os.system"), tuple({})); }).code(),
            ErrorCode::kUnsafePickle);
}

TEST_F(PickleObjectsTest, SetsStateOnlyOnObjects) {
  const ValueId object = tree_.add_opaque("a.B", GlobalRole::kInert, tuple({}));
  objects_.build(object, tree_.add_int(5));
  EXPECT_EQ(tree_[tree_[object].items[kState]].integer, 5);
  const ValueId dict = add(PickleKind::kDict, {});
  objects_.build(dict, tree_.add_int(5));
  EXPECT_TRUE(tree_[dict].items.empty());
  EXPECT_TRUE(tree_.attributes.empty());
  const ValueId ordered = objects_.reduce(objects_.global("collections", "OrderedDict"), tuple({}));
  objects_.build(ordered, tree_.add_int(5));
  EXPECT_EQ(tree_.attributes.at(ordered), tree_.add_int(5));
  EXPECT_EQ(refusal([&] { objects_.build(text("x"), dict); }).code(), ErrorCode::kUnsafePickle);
  const ValueId cls = objects_.global("a", "B");
  EXPECT_EQ(refusal([&] { objects_.build(cls, dict); }).code(), ErrorCode::kUnsafePickle);
}

TEST_F(PickleObjectsTest, CountsWhatItCopies) {
  const ValueId large = list(std::vector<ValueId>(PickleTree::kMaxValues / 2, tree_.add_none()));
  call("builtins", "set", {large});
  EXPECT_THROW(call("builtins", "set", {large}), std::length_error);
}

}  // namespace
}  // namespace harness
