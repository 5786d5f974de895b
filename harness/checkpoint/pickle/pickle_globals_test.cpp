#include "harness/checkpoint/pickle/pickle_globals.h"

#include <gtest/gtest.h>

namespace harness {
namespace {

TEST(PickleGlobals, KnowsWhatTorchSaveWrites) {
  EXPECT_EQ(role_of_global("collections", "OrderedDict"), GlobalRole::kOrderedDict);
  EXPECT_EQ(role_of_global("torch._utils", "_rebuild_tensor_v2"), GlobalRole::kTensorV2);
  EXPECT_EQ(role_of_global("torch", "HalfStorage"), GlobalRole::kStorageClass);
  EXPECT_EQ(role_of_global("torch", "bfloat16"), GlobalRole::kTorchDtype);
  EXPECT_EQ(role_of_global("torch", "Size"), GlobalRole::kTorchSize);
  EXPECT_EQ(role_of_global("builtins", "set"), GlobalRole::kSet);
}

TEST(PickleGlobals, KnowsOldAndNewNamesOfOneThing) {
  EXPECT_EQ(role_of_global("__builtin__", "frozenset"), GlobalRole::kFrozenSet);
  EXPECT_EQ(role_of_global("copy_reg", "_reconstructor"), GlobalRole::kReconstructor);
  EXPECT_EQ(role_of_global("numpy._core.multiarray", "scalar"), GlobalRole::kNumpyScalar);
  EXPECT_EQ(role_of_global("numpy.core.multiarray", "scalar"), GlobalRole::kNumpyScalar);
  EXPECT_EQ(global_text("__builtin__", "xrange"), "builtins.range");
  EXPECT_EQ(global_text("numpy._core.multiarray", "scalar"), "numpy.core.multiarray.scalar");
  EXPECT_EQ(global_text("a.b", "C"), "a.b.C");
}

TEST(PickleGlobals, DeniesWaysToCode) {
  for (const auto& [module, name] : {std::pair{"os", "system"},
                                     {"os.path", "join"},
                                     {"posix", "system"},
                                     {"subprocess", "Popen"},
                                     {"builtins", "eval"},
                                     {"__builtin__", "getattr"},
                                     {"sys", "modules"},
                                     {"importlib._bootstrap", "_load"},
                                     {"torch", "load"},
                                     {"torch.hub", "load"},
                                     {"torch.storage", "_load_from_bytes"},
                                     {"numpy.testing._private.utils", "runstring"},
                                     {"_codecs", "decode"},
                                     {"types", "CodeType"},
                                     {"collections", "OrderedDict.__init__"},
                                     {"", "x"},
                                     {"x", ""}}) {
    EXPECT_EQ(role_of_global(module, name), GlobalRole::kDenied) << module << "." << name;
  }
}

TEST(PickleGlobals, DeniesNamesThatOnlyLookLikeOthers) {
  // Greek omicron, full-width letters, a space of no width, Cyrillic i.
  for (const char* const module :
       {"\u03bfs", "\uff4f\uff53", "o\u200bs", "torch._ut\u0456ls", "os ", " os", "os\r", "a..b",
        ".a", "a.", "", "a-b", "a/b", "\xff"}) {
    EXPECT_EQ(role_of_global(module, "X"), GlobalRole::kDenied) << module;
    EXPECT_EQ(role_of_global("a", module), GlobalRole::kDenied) << module;
  }
  EXPECT_EQ(role_of_global("numpy", "x."), GlobalRole::kDenied);
  EXPECT_EQ(role_of_global("a", "f.<locals>.B"), GlobalRole::kInert);
}

TEST(PickleGlobals, KeepsUnknownClassesAsNames) {
  for (const auto& [module, name] : {std::pair{"mmcv.runner", "LogBuffer"},
                                     {"__main__", "Config"},
                                     {"osgeo", "Driver"},
                                     {"outer", "Outer.Inner"},
                                     {"torch.nn.modules.conv", "Conv2d"},
                                     {"numpy", "float64"},
                                     {"types", "SimpleNamespace"},
                                     {"argparse", "Namespace"},
                                     {"datetime", "datetime"}}) {
    EXPECT_EQ(role_of_global(module, name), GlobalRole::kInert) << module << "." << name;
  }
}

TEST(PickleGlobals, LetsFunctionsOfTorchAndNumpyOnlyBeNamed) {
  EXPECT_EQ(role_of_global("torch.nn.functional", "relu"), GlobalRole::kUncalled);
  EXPECT_EQ(role_of_global("torch._utils", "_rebuild_qtensor"), GlobalRole::kUncalled);
  EXPECT_EQ(role_of_global("numpy", "sum"), GlobalRole::kUncalled);
}

}  // namespace
}  // namespace harness
