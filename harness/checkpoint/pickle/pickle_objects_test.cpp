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

  std::vector<std::string> reported() const {
    std::vector<std::string> texts;
    for (const UnknownCode& code : tree_.code.found()) texts.push_back(describe(code));
    return texts;
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

TEST_F(PickleObjectsTest, ReportsEachCallOfWhatIsNotListed) {
  call("torch", "add", {tree_.add_int(1)});
  call("os", "system", {text("true"), tree_.add_none()});
  call(
      "torch._tensor", "_rebuild_from_type_v2",
      {objects_.global("a", "b"), objects_.global("torch", "Tensor"), tuple({}), tree_.add_none()});
  objects_.reduce(text("os.system"), tuple({}));
  EXPECT_THAT(reported(), testing::ElementsAre("torch.add(an integer)", "os.system(a string, None)",
                                               "a.b()", "a string()"));
  EXPECT_TRUE(tree_.code.runs());
}

/// partial() keeps a function, type(None) is a class, getattr(class, "name") is another name.
TEST_F(PickleObjectsTest, ReportsNothingThatOnlyNames) {
  const ValueId none = tree_.add_none();
  call("functools", "partial", {objects_.global("torch.nn.functional", "relu")});
  EXPECT_EQ(call("builtins", "type", {none}).text, "builtins.NoneType");
  const ValueId buffer = objects_.global("mmengine.logging.history_buffer", "HistoryBuffer");
  EXPECT_EQ(call("builtins", "getattr", {buffer, text("min")}).text,
            "mmengine.logging.history_buffer.HistoryBuffer.min");
  objects_.global("builtins", "print");
  EXPECT_THAT(reported(), testing::IsEmpty());
}

TEST_F(PickleObjectsTest, ReportsCallsThatTheirArgumentsMakeHarmful) {
  const ValueId none = tree_.add_none();
  const ValueId tensor = objects_.global("torch", "Tensor");
  call("builtins", "getattr", {tensor, text("__class__")});
  call("builtins", "getattr", {tree_.add_opaque("a", GlobalRole::kInert, none), text("x")});
  call("builtins", "type", {text("X"), tuple({}), add(PickleKind::kDict, {})});
  call("numpy.random._pickle", "__generator_ctor",
       {text("x"), objects_.global("builtins", "eval")});
  call("copyreg", "_reconstructor", {tensor, objects_.global("builtins", "map"), none});
  EXPECT_THAT(reported(),
              testing::ElementsAre("builtins.getattr(torch.Tensor, a string)",
                                   "builtins.getattr(an object, a string)",
                                   "builtins.type(a string, a tuple, a dict)",
                                   "numpy.random._pickle.__generator_ctor(a string, builtins.eval)",
                                   "builtins.map(torch.Tensor, builtins.map, None)"));
}

/// Python's unpickler calls these attributes of an object, where it has them.
TEST_F(PickleObjectsTest, ReportsAStateThatPythonWouldCall) {
  const ValueId eval = objects_.global("builtins", "eval");
  for (const char* attribute : {"__setstate__", "append", "extend", "add"}) {
    const ValueId object = tree_.add_opaque("argparse.Namespace", GlobalRole::kInert, tuple({}));
    const ValueId state = add(PickleKind::kDict, {text(attribute), eval});
    objects_.build(object,
                   attribute == std::string_view("add") ? tuple({tree_.add_none(), state}) : state);
  }
  const ValueId plain = add(PickleKind::kDict, {text("append"), text("x"), text("hook"), eval});
  objects_.build(tree_.add_opaque("argparse.Namespace", GlobalRole::kInert, tuple({})), plain);
  EXPECT_THAT(reported(), testing::ElementsAre(testing::HasSubstr("as __setstate__ of"),
                                               testing::HasSubstr("as append of"),
                                               testing::HasSubstr("as extend of"),
                                               testing::HasSubstr("as add of")));
}

TEST_F(PickleObjectsTest, TellsSomebodysOwnClassFromWhatRuns) {
  objects_.reduce(objects_.global("models.yolo", "Model"), tuple({}), Making::kNew);
  EXPECT_THAT(reported(), testing::ElementsAre("makes an object of models.yolo.Model"));
  EXPECT_FALSE(tree_.code.runs());
  objects_.reduce(objects_.global("tempfile", "_TemporaryFileCloser"), tuple({}), Making::kNew);
  EXPECT_TRUE(tree_.code.runs());
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
  EXPECT_EQ(refusal([&] { objects_.build(text("x"), dict); }).code(), ErrorCode::kInvalidFile);
  objects_.build(objects_.global("torch", "Tensor"), dict);
  EXPECT_THAT(reported(), testing::ElementsAre("BUILD of torch.Tensor(a dict)"));
}

TEST_F(PickleObjectsTest, CountsWhatItCopies) {
  const ValueId large = list(std::vector<ValueId>(PickleTree::kMaxValues / 2, tree_.add_none()));
  call("builtins", "set", {large});
  EXPECT_THROW(call("builtins", "set", {large}), std::length_error);
}

}  // namespace
}  // namespace harness
