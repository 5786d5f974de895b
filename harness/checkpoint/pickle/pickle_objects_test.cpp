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
  const ValueId optimizer =
      objects_.reduce(objects_.global("torch.optim.sgd", "SGD"), tuple({}), Making::kNew);
  call("builtins", "getattr", {optimizer, text("step")});
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

/// Python 2's protocol writes `self.forward`, kept in an object, as getattr of the object.
TEST_F(PickleObjectsTest, ReadsAMethodThatAnObjectKeepsOfItself) {
  const ValueId swa =
      objects_.reduce(objects_.global("torch.optim.swa_utils", "SWALR"), tuple({}), Making::kNew);
  const PickleValue& anneal = call("builtins", "getattr", {swa, text("_cosine_anneal")});
  EXPECT_EQ(anneal.text, "torch.optim.swa_utils.SWALR._cosine_anneal");
  EXPECT_THAT(reported(), testing::IsEmpty());
  const ValueId own = tree_.add_opaque("net.Net", GlobalRole::kInert, tuple({}));
  call("builtins", "getattr", {own, text("forward")});
  EXPECT_THAT(reported(), testing::ElementsAre("names net.Net.forward"));
  EXPECT_FALSE(tree_.code.runs());
  call("builtins", "getattr",
       {tree_.add_opaque("os.X", GlobalRole::kInert, tuple({})), text("forward")});
  EXPECT_TRUE(tree_.code.runs());
}

TEST_F(PickleObjectsTest, ReadsConstantsOfKnownClasses) {
  call("timm.layers.format", "Format", {text("NCHW")});
  call("torch.distributed.fsdp.api", "ShardingStrategy", {tree_.add_int(1)});
  EXPECT_THAT(reported(), testing::IsEmpty());
  call("timm.layers.format", "Format", {text("X"), list({})});
  call("timm.layers.format", "Format",
       {objects_.reduce(objects_.global("addict", "Dict"), tuple({}), Making::kNew)});
  call("torch.distributed.fsdp.api", "FullyShardedDataParallel", {tree_.add_int(1)});
  EXPECT_THAT(reported(),
              testing::ElementsAre("timm.layers.format.Format(a string, a list)",
                                   "timm.layers.format.Format(an object)",
                                   testing::HasSubstr("FullyShardedDataParallel(an integer)")));
}

TEST_F(PickleObjectsTest, ReadsAConfigThatIsMadeOfADict) {
  const PickleValue& made = call("mmengine.config.config", "ConfigDict",
                                 {add(PickleKind::kDict, {text("type"), text("FCN")})});
  EXPECT_EQ(tree_[made.items[kEntries]].items.size(), 2U);
  EXPECT_THAT(reported(), testing::IsEmpty());
  call("mmengine.config.config", "ConfigDict",
       {objects_.reduce(objects_.global("addict", "Dict"), tuple({}), Making::kNew)});
  EXPECT_THAT(reported(), testing::ElementsAre("mmengine.config.config.ConfigDict(an object)"));
}

/// addict's dicts give themselves as their state.
TEST_F(PickleObjectsTest, ReadsAConfigThatIsItsOwnState) {
  const ValueId config =
      objects_.reduce(objects_.global("addict.addict", "Dict"), tuple({}), Making::kNew);
  objects_.set_items(config, std::vector<ValueId>{text("a"), tree_.add_int(1)});
  objects_.build(config, config);
  EXPECT_THAT(reported(), testing::IsEmpty());
  const ValueId module =
      objects_.reduce(objects_.global("torch.nn", "Linear"), tuple({}), Making::kNew);
  objects_.build(module, module);
  EXPECT_TRUE(tree_.code.runs());
}

/// Sequential.__setitem__ asks what it holds for its keys, an optimizer its defaults for an entry.
TEST_F(PickleObjectsTest, ReportsWhatAsksAnObjectWhileItIsFilled) {
  const ValueId sequential =
      objects_.reduce(objects_.global("torch.nn", "Sequential"), tuple({}), Making::kNew);
  objects_.set_items(sequential, std::vector<ValueId>{tree_.add_int(0), tree_.add_none()});
  const ValueId space = objects_.reduce(objects_.global("types", "SimpleNamespace"), tuple({}));
  objects_.set_items(space, std::vector<ValueId>{tree_.add_int(0), tree_.add_none()});
  const ValueId sgd =
      objects_.reduce(objects_.global("torch.optim.sgd", "SGD"), tuple({}), Making::kNew);
  objects_.build(sgd, add(PickleKind::kDict, {text("defaults"), space}));
  objects_.build(sgd, add(PickleKind::kDict, {text("param_groups"), list({space})}));
  objects_.build(
      sgd, add(PickleKind::kDict, {text("defaults"), add(PickleKind::kDict, {}),
                                   text("param_groups"), list({add(PickleKind::kDict, {})})}));
  EXPECT_THAT(reported(), testing::ElementsAre("torch.nn.Sequential.__setitem__(…)",
                                               "types.SimpleNamespace.__setitem__(…)",
                                               testing::HasSubstr("as defaults of"),
                                               testing::HasSubstr("as param_groups of")));
}

TEST_F(PickleObjectsTest, ReportsClassesThatDotsLeadTo) {
  const ValueId closer =
      objects_.global("torch.nn.modules.module", "torch.hub.tempfile._TemporaryFileCloser");
  EXPECT_THAT(reported(), testing::IsEmpty()) << "it may be named";
  objects_.reduce(closer, tuple({}), Making::kNew);
  EXPECT_TRUE(tree_.code.runs());
  // `torch` itself makes objects of models that were compiled; numpy.memmap opens files.
  PickleTree other;
  PickleObjects objects(other, context_);
  const ValueId none = other.add({.kind = PickleKind::kTuple});
  objects.reduce(objects.global("torch", "ScriptObject"), none, Making::kNew);
  EXPECT_FALSE(other.code.runs());
  objects.reduce(objects.global("numpy", "memmap"), none, Making::kNew);
  EXPECT_TRUE(other.code.runs());
  const ValueId loader =
      objects_.reduce(objects_.global("builtins", "getattr"),
                      tuple({objects_.global("torch.nn.functional", "importlib"), text("Loader")}));
  call("functools", "partial", {loader});
  objects_.report_what_objects_hold();
  EXPECT_THAT(reported(), testing::Contains(testing::HasSubstr(
                              "importlib.Loader(held by an object of functools.partial)")));
}

/// A text that a call makes is one all the same: `str("append")`.
TEST_F(PickleObjectsTest, ReportsAttributesWhoseNamesAreMade) {
  const ValueId key = objects_.reduce(objects_.global("builtins", "str"), tuple({text("append")}));
  const ValueId object = tree_.add_opaque("argparse.Namespace", GlobalRole::kInert, tuple({}));
  objects_.build(object, add(PickleKind::kDict, {key, objects_.global("torch", "tanh")}));
  EXPECT_TRUE(tree_.code.runs());
}

TEST_F(PickleObjectsTest, ReadsWhatPythonKeepsPlainThingsIn) {
  call("torch._C", "Generator",
       {objects_.reduce(objects_.global("torch", "device"), tuple({text("cpu")}))});
  call("re", "_compile", {text("a.*b"), tree_.add_int(32)});
  call("operator", "itemgetter", {tree_.add_int(1)});
  call("exceptions", "ValueError", {text("x")});
  EXPECT_EQ(call("torch.nn.parameter", "UninitializedParameter", {tree_.add_bool(true)}).text,
            "uninitialized");
  call("collections", "defaultdict",
       {objects_.global("torch.amp.grad_scaler", "_refresh_per_optimizer_state")});
  call("collections", "defaultdict", {objects_.global("mmcv.utils.config", "ConfigDict")});
  for (const auto& [module, name] : {std::pair{"_io", "BytesIO"},
                                     {"UserDict", "IterableUserDict"},
                                     {"collections", "ChainMap"}}) {
    objects_.build(objects_.reduce(objects_.global(module, name), tuple({}), Making::kNew),
                   add(PickleKind::kDict, {text("data"), add(PickleKind::kDict, {})}));
  }
  call("numpy.core.multiarray", "_reconstruct", {objects_.global("numpy", "matrix")});
  call("numpy.ma.core", "_mareconstruct",
       {objects_.global("numpy.ma", "MaskedArray"), objects_.global("numpy", "ndarray")});
  objects_.report_what_objects_hold();
  EXPECT_THAT(reported(), testing::IsEmpty());
  call("operator", "itemgetter", {objects_.global("torch", "tanh")});
  EXPECT_TRUE(tree_.code.runs());
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

/// What fills an object may call what the object holds: Adam asks its states for a step, which a
/// defaultdict answers by calling its factory.
TEST_F(PickleObjectsTest, ReportsWaysToCodeThatAnObjectHolds) {
  const ValueId eval = objects_.global("builtins", "eval");
  list({eval, objects_.global("torch", "load")});
  objects_.report_what_objects_hold();
  EXPECT_THAT(reported(), testing::IsEmpty());
  call("functools", "partial", {eval, text("1")});
  const ValueId adam =
      objects_.reduce(objects_.global("torch.optim.adam", "Adam"), tuple({}), Making::kNew);
  const ValueId inner = list({objects_.global("torch", "load")});
  objects_.build(adam, add(PickleKind::kDict, {text("state"), inner}));
  call("collections", "defaultdict", {objects_.global("builtins", "breakpoint")});
  call("functools", "partial", {objects_.global("builtins", "getattr")});
  objects_.report_what_objects_hold();
  EXPECT_THAT(reported(),
              testing::ElementsAre(testing::HasSubstr("torch.load as state of"),
                                   "collections.defaultdict(builtins.breakpoint)",
                                   "builtins.eval(held by an object of functools.partial)",
                                   "torch.load(held by an object of torch.optim.adam.Adam)",
                                   "builtins.getattr(held by an object of functools.partial)"));
}

/// uuid.UUID.__setstate__ and others ask their state for a key, and the factory answers.
TEST_F(PickleObjectsTest, ReportsAFactoryThatIsNoKnownClass) {
  const ValueId print = objects_.global("builtins", "print");
  const ValueId partial =
      objects_.reduce(objects_.global("functools", "partial"), tuple({print, text("1")}));
  call("collections", "defaultdict", {partial});
  call("collections", "defaultdict", {objects_.global("somebody", "run")});
  for (const char* known : {"list", "dict", "int", "set"}) {
    call("collections", "defaultdict", {objects_.global("builtins", known)});
  }
  EXPECT_THAT(reported(),
              testing::ElementsAre("collections.defaultdict(an object)", "names somebody.run",
                                   "collections.defaultdict(somebody.run)"));
}

/// numpy reads from the address that such an attribute gives it.
TEST_F(PickleObjectsTest, ReportsAnObjectThatLendsMemory) {
  const ValueId space = objects_.reduce(objects_.global("types", "SimpleNamespace"), tuple({}));
  objects_.build(space, add(PickleKind::kDict, {text("values"), add(PickleKind::kDict, {})}));
  EXPECT_THAT(reported(), testing::IsEmpty());
  objects_.build(space,
                 add(PickleKind::kDict, {text("__array_interface__"), add(PickleKind::kDict, {})}));
  EXPECT_THAT(reported(),
              testing::ElementsAre(testing::HasSubstr("a dict as __array_interface__")));
}

/// typing's aliases are the whole program's.
TEST_F(PickleObjectsTest, ReportsAStateThatIsGivenToATypeAlias) {
  const ValueId alias = objects_.reduce(
      objects_.global("operator", "getitem"),
      tuple({objects_.global("typing", "List"), objects_.global("builtins", "int")}));
  EXPECT_THAT(reported(), testing::IsEmpty());
  objects_.build(alias, add(PickleKind::kDict, {text("__args__"), tuple({})}));
  EXPECT_THAT(reported(), testing::ElementsAre(testing::HasSubstr("__setstate__")));
}

/// A second state hides the first; a dict's attributes stand beside its entries.
TEST_F(PickleObjectsTest, ReportsWaysToCodeInEveryStateThatWasSet) {
  const ValueId input = objects_.global("builtins", "input");
  const ValueId state = add(PickleKind::kDict, {text("values"), input});
  const ValueId object =
      objects_.reduce(objects_.global("argparse", "Namespace"), tuple({}), Making::kNew);
  objects_.build(object, state);
  objects_.build(object, add(PickleKind::kDict, {}));
  const ValueId exec = objects_.global("builtins", "exec");
  objects_.build(objects_.reduce(objects_.global("collections", "OrderedDict"), tuple({})),
                 add(PickleKind::kDict, {text("items"), exec}));
  objects_.report_what_objects_hold();
  EXPECT_THAT(reported(),
              testing::ElementsAre("builtins.input(held by an object of argparse.Namespace)",
                                   "builtins.exec(held by a dict)"));
}

TEST_F(PickleObjectsTest, LetsObjectsHoldWhatOnlyComputes) {
  const ValueId module = objects_.reduce(objects_.global("torch.nn.modules.linear", "Linear"),
                                         tuple({}), Making::kNew);
  const ValueId held =
      list({objects_.global("torch.nn.functional", "relu"), objects_.global("builtins", "max"),
            objects_.global("torchvision.ops.boxes", "box_iou"), objects_.global("torch", "tanh"),
            objects_.global("torch.nn.modules.norm", "LayerNorm")});
  objects_.build(module, add(PickleKind::kDict, {text("parts"), held}));
  objects_.report_what_objects_hold();
  EXPECT_THAT(reported(), testing::IsEmpty());
}

/// str(module) calls its extra_repr, a dict made of an object calls its keys.
TEST_F(PickleObjectsTest, ReportsPlainCallsThatAskAnObject) {
  const ValueId none = tree_.add_none();
  const ValueId module = objects_.reduce(objects_.global("torch.nn.modules.linear", "Linear"),
                                         tuple({}), Making::kNew);
  call("builtins", "str", {module});
  call("builtins", "int", {list({module})});
  call("collections", "defaultdict", {none, module});
  call("collections", "Counter", {module});
  call("copyreg", "_reconstructor",
       {objects_.global("torch.nn", "Linear"), objects_.global("builtins", "str"), module});
  call("copyreg", "__newobj__", {objects_.global("builtins", "float"), module});
  call("copyreg", "__newobj_ex__",
       {objects_.global("builtins", "str"), tuple({}),
        add(PickleKind::kDict, {text("object"), module})});
  objects_.reduce(objects_.global("torch.nn", "Parameter"), tuple({module}), Making::kNew);
  EXPECT_THAT(reported(),
              testing::ElementsAre(
                  "builtins.str(an object)", "builtins.int(a list)",
                  "collections.defaultdict(None, an object)", "collections.Counter(an object)",
                  "builtins.str(torch.nn.Linear, builtins.str, an object)",
                  "builtins.float(an object)", "builtins.str()", "torch.nn.Parameter(an object)"));
  EXPECT_EQ(refusal([&] {
              call("torch._utils", "_rebuild_parameter", {module, none});
            }).code(),
            ErrorCode::kInvalidFile);
}

TEST_F(PickleObjectsTest, LetsPlainCallsHavePlainArguments) {
  const ValueId delta = objects_.reduce(objects_.global("datetime", "timedelta"),
                                        tuple({tree_.add_int(0), tree_.add_int(3600)}));
  call("datetime", "timezone", {delta});
  call("collections", "deque", {list({delta}), tree_.add_int(9)});
  call("pathlib", "PosixPath", {text("a"), text("b")});
  call("torch", "device", {text("cuda"), tree_.add_int(0)});
  const ValueId pcg =
      objects_.reduce(objects_.global("numpy.random._pickle", "__bit_generator_ctor"),
                      tuple({objects_.global("numpy.random._pcg64", "PCG64")}));
  call("numpy.random._pickle", "__generator_ctor", {pcg});
  EXPECT_THAT(reported(), testing::IsEmpty());
}

TEST_F(PickleObjectsTest, ReportsAttributesSetAsItemsAndStatesThatAreObjects) {
  const ValueId relu = objects_.global("torch.nn.functional", "relu");
  const ValueId config =
      objects_.reduce(objects_.global("addict", "Dict"), tuple({}), Making::kNew);
  objects_.set_items(config, std::vector<ValueId>{text("extend"), relu});
  objects_.append(config, std::vector<ValueId>{relu});
  objects_.build(config, objects_.reduce(objects_.global("addict", "Dict"), tuple({})));
  EXPECT_THAT(reported(),
              testing::ElementsAre(testing::HasSubstr("as extend of an object of addict.Dict"),
                                   "addict.Dict.append(…)", "addict.Dict()",
                                   testing::HasSubstr("as state of an object of addict.Dict")));
}

/// Python's own unpickler in Python would still call it with what a list holds.
TEST_F(PickleObjectsTest, ReportsCallsWithoutATupleOfArguments) {
  const ValueId opaque = tree_.add_opaque("a.B", GlobalRole::kInert, tuple({}));
  EXPECT_EQ(refusal([&] { objects_.reduce(objects_.global("os", "system"), opaque); }).code(),
            ErrorCode::kInvalidFile);
  EXPECT_EQ(refusal([&] { objects_.reduce(objects_.global("builtins", "slice"), opaque); }).code(),
            ErrorCode::kInvalidFile);
  EXPECT_THAT(reported(), testing::ElementsAre("os.system(an object)"));
}

TEST_F(PickleObjectsTest, ReadsAJaggedTensorAsOneThatIsNotRead) {
  const ValueId tensor = tree_.add({.kind = PickleKind::kTensor, .integer = 0});
  const ValueId rebuild = objects_.global("torch.nested._internal.nested_tensor", "_rebuild_njt");
  const ValueId given = add(PickleKind::kDict, {text("values"), tensor, text("offsets"), tensor,
                                                text("lengths"), tree_.add_none()});
  const PickleValue& made =
      call("torch._tensor", "_rebuild_from_type_v2",
           {rebuild, objects_.global("torch.nested._internal.nested_tensor", "NestedTensor"),
            tuple({given}), add(PickleKind::kDict, {})});
  EXPECT_EQ(made.text, "jagged tensor");
  EXPECT_THAT(reported(), testing::IsEmpty());
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
