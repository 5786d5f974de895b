#include "harness/checkpoint/pickle/pickle_globals.h"

#include <gtest/gtest.h>

namespace harness {
namespace {

GlobalRole role(std::string_view module, std::string_view name) {
  return facts_of_global(module, name).role;
}

GlobalTrust trust(std::string_view module, std::string_view name) {
  return facts_of_global(module, name).trust;
}

TEST(PickleGlobals, KnowsWhatTorchSaveWrites) {
  EXPECT_EQ(role("collections", "OrderedDict"), GlobalRole::kOrderedDict);
  EXPECT_EQ(role("torch._utils", "_rebuild_tensor_v2"), GlobalRole::kTensorV2);
  EXPECT_EQ(role("torch", "HalfStorage"), GlobalRole::kStorageClass);
  EXPECT_EQ(role("torch", "bfloat16"), GlobalRole::kTorchDtype);
  EXPECT_EQ(role("torch", "float8_e4m3fn"), GlobalRole::kTorchDtype);
  EXPECT_EQ(role("torch", "Size"), GlobalRole::kTorchSize);
  EXPECT_EQ(role("builtins", "set"), GlobalRole::kSet);
}

TEST(PickleGlobals, KnowsOldAndNewNamesOfOneThing) {
  EXPECT_EQ(role("__builtin__", "frozenset"), GlobalRole::kFrozenSet);
  EXPECT_EQ(role("copy_reg", "_reconstructor"), GlobalRole::kReconstructor);
  EXPECT_EQ(role("numpy._core.multiarray", "scalar"), GlobalRole::kNumpyScalar);
  EXPECT_EQ(role("numpy.core.multiarray", "scalar"), GlobalRole::kNumpyScalar);
  EXPECT_EQ(global_text("__builtin__", "xrange"), "builtins.range");
  EXPECT_EQ(global_text("numpy._core.multiarray", "scalar"), "numpy.core.multiarray.scalar");
  EXPECT_EQ(global_text("a.b", "C"), "a.b.C");
}

/// Whatever is on no list is unknown, whoever thought of it.
TEST(PickleGlobals, TrustsNothingThatIsNotListed) {
  for (const auto& [module, name] : {std::pair{"os", "system"},
                                     {"os.path", "join"},
                                     {"posix", "system"},
                                     {"subprocess", "Popen"},
                                     {"sys", "modules"},
                                     {"importlib._bootstrap", "_load"},
                                     {"_interpreters", "run_string"},
                                     {"uuid", "_get_command_stdout"},
                                     {"logging", "FileHandler"},
                                     {"cgitb", "lookup"},
                                     {"ensurepip", "_run_pip"},
                                     {"test.support.script_helper", "assert_python_ok"},
                                     {"torch.hub", "load"},
                                     {"torch.serialization", "load"},
                                     {"torch.fx.graph_module", "reduce_graph_module"},
                                     {"numpy.testing._private.utils", "runstring"},
                                     {"_codecs", "decode"},
                                     {"types", "CodeType"},
                                     {"collections", "OrderedDict.__init__"},
                                     {"a_module_of_tomorrow", "run"},
                                     {"mmcvx", "Config"},
                                     {"", "x"},
                                     {"x", ""}}) {
    EXPECT_EQ(trust(module, name), GlobalTrust::kUnknown) << module << "." << name;
  }
}

TEST(PickleGlobals, LetsOnlyTheListBeCalled) {
  for (const auto& [module, name] : {std::pair{"torch", "load"},
                                     {"torch", "manual_seed"},
                                     {"torch.storage", "_load_from_bytes"},
                                     {"torch.nn.functional", "relu"},
                                     {"numpy", "load"},
                                     {"builtins", "eval"},
                                     {"builtins", "print"},
                                     {"builtins", "map"},
                                     {"collections", "namedtuple"},
                                     {"mmcv", "imread"},
                                     {"torchvision.io", "read_file"}}) {
    EXPECT_LT(trust(module, name), GlobalTrust::kMade) << module << "." << name;
  }
  EXPECT_EQ(trust("datetime", "timedelta"), GlobalTrust::kCalled);
  EXPECT_EQ(trust("functools", "partial"), GlobalTrust::kCalled);
  EXPECT_EQ(trust("pathlib", "PosixPath"), GlobalTrust::kCalled);
}

TEST(PickleGlobals, LetsObjectsOfModulesAndConfigsBeMade) {
  for (const auto& [module, name] : {std::pair{"torch.nn.modules.conv", "Conv2d"},
                                     {"torch.optim.sgd", "SGD"},
                                     {"torchvision.models.resnet", "ResNet"},
                                     {"mmengine.logging.history_buffer", "HistoryBuffer"},
                                     {"mmcv.utils.config", "ConfigDict"},
                                     {"numpy", "float64"},
                                     {"argparse", "Namespace"}}) {
    EXPECT_EQ(trust(module, name), GlobalTrust::kMade) << module << "." << name;
  }
}

TEST(PickleGlobals, LetsFunctionsBeNamedWhereTheirModulesAreKnown) {
  EXPECT_EQ(trust("torch.nn.functional", "relu"), GlobalTrust::kNamed);
  EXPECT_EQ(trust("builtins", "len"), GlobalTrust::kNamed);
  EXPECT_EQ(trust("numpy", "sum"), GlobalTrust::kNamed);
  EXPECT_EQ(trust("torchvision.ops.boxes", "box_iou"), GlobalTrust::kNamed);
  EXPECT_EQ(trust("torch", "per_tensor_affine"), GlobalTrust::kNamed);
  EXPECT_EQ(trust("mmengine.logging.history_buffer", "HistoryBuffer.mean"), GlobalTrust::kNamed);
}

/// They may be named. What makes or fills an object calls some of what the object holds.
TEST(PickleGlobals, LetsNoObjectHoldWhatDoesMoreThanCompute) {
  for (const auto& [module, name] :
       {std::pair{"builtins", "eval"},
        {"builtins", "exec"},
        {"builtins", "__import__"},
        {"builtins", "open"},
        {"builtins", "breakpoint"},
        {"builtins", "setattr"},
        {"torch", "load"},
        {"torch", "hub.load"},
        {"torch", "os.system"},
        {"torch.nn.functional", "torch.load"},
        {"numpy", "save"},
        {"numpy", "f2py.os.system"},
        {"numpy.random.mtrand", "warnings.sys.exit"},
        {"mmcv.utils.config", "Config.fromfile"},
        {"mmengine.config.config", "Config.fromstring"},
        {"mmengine.logging.history_buffer", "HistoryBuffer.statistics"},
        {"timm.models._hub", "load_state_dict_from_hf"},
        {"collections", "namedtuple"},
        // Parts of listed words are no listed words.
        {"torch", "rel"},
        {"torch", "abs add"}}) {
    EXPECT_LE(trust(module, name), GlobalTrust::kShown) << module << "." << name;
  }
  EXPECT_EQ(trust("mmcv.__main__", "x"), GlobalTrust::kUnknown);
}

TEST(PickleGlobals, TrustsNoAttributeMoreThanItsOwner) {
  EXPECT_EQ(trust_of_attribute("a.B", GlobalTrust::kUnknown, "Inner"), GlobalTrust::kUnknown);
  EXPECT_EQ(trust_of_attribute("torch.nn.Conv2d", GlobalTrust::kMade, "Inner"),
            GlobalTrust::kNamed);
  EXPECT_EQ(trust_of_attribute("mmcv.utils.config.Config", GlobalTrust::kMade, "fromfile"),
            GlobalTrust::kShown);
  EXPECT_EQ(trust_of_attribute("mmengine.logging.history_buffer.HistoryBuffer", GlobalTrust::kMade,
                               "mean"),
            GlobalTrust::kNamed);
}

TEST(PickleGlobals, TrustsNoNamesThatOnlyLookLikeOthers) {
  // Greek omicron, full-width letters, a space of no width, Cyrillic i.
  for (const char* const module :
       {"\u03bfs", "\uff4f\uff53", "o\u200bs", "torch._ut\u0456ls", "torch ", " torch", "torch\r",
        "torch..nn", ".torch", "torch.", "", "a-b", "a/b", "\xff"}) {
    EXPECT_EQ(trust(module, "Size"), GlobalTrust::kUnknown) << module;
    EXPECT_EQ(trust("torch", module), GlobalTrust::kUnknown) << module;
    EXPECT_FALSE(is_plain_name(module)) << module;
  }
  EXPECT_EQ(trust("numpy", "x."), GlobalTrust::kUnknown);
  EXPECT_TRUE(is_plain_name("f.<locals>.B"));
}

}  // namespace
}  // namespace harness
