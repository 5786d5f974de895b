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

/// Dots lead from a module to whatever it has imported, and capitals make no class harmless.
TEST(PickleGlobals, LetsNoNameLeaveItsModule) {
  for (const auto& [module, name] :
       {std::pair{"torch", "_strobelight.cli_function_profiler.subprocess.Popen"},
        {"torch.nn.modules.module", "torch.hub.tempfile._TemporaryFileCloser"},
        {"torch.nn.functional", "importlib.util.Module"},
        {"torch", "x.FloatStorage"},
        {"torch", "int8.Linear"},
        {"torch.hub", "tempfile._TemporaryFileCloser"},
        {"numpy.lib", "npyio.os.Path"},
        {"timm.models", "layers.os.Path"},
        {"mmcv.cnn", "ConvModule.Meta.Popen"}}) {
    const GlobalFacts facts = facts_of_global(module, name);
    EXPECT_LE(facts.trust, GlobalTrust::kShown) << module << "." << name;
    EXPECT_FALSE(facts.may_be_held) << module << "." << name;
    EXPECT_TRUE(facts.is_at_hand) << module << "." << name;
  }
  EXPECT_TRUE(facts_of_global("torch", "nn.Module.__init__.__globals__").is_at_hand);
  // A class in a class that is known stays somebody's own.
  EXPECT_FALSE(facts_of_global("timm.models.resnet", "ResNet.Inner").is_at_hand);
  EXPECT_LT(trust("timm.models.resnet", "ResNet.Inner"), GlobalTrust::kNamed);
}

/// Only what is listed is a class of a package; what its modules import is none.
TEST(PickleGlobals, LetsNoClassBeMadeForThePackageThatNamesIt) {
  for (const auto& [module, name] : {std::pair{"torch.nn.modules.module", "Popen"},
                                     {"torch.nn.parallel.distributed", "RRef"},
                                     {"timm.models._hub", "HTTPError"},
                                     {"timm.models._builder", "Path"},
                                     {"mmseg.models", "CheckpointLoader"},
                                     {"torch.nn.quantized.modules.linear", "Linear"},
                                     {"torch.nn.cpp", "ModuleWrapper"},
                                     {"mmpretrain.models.peft.lora", "LoRAModel"}}) {
    EXPECT_LT(trust(module, name), GlobalTrust::kMade) << module << "." << name;
    EXPECT_FALSE(facts_of_global(module, name).may_be_held) << module << "." << name;
  }
}

/// When it is called, a class may open a file, evaluate a text or build what a text names.
TEST(PickleGlobals, LetsNoObjectHoldAClassThatDoesMoreThanKeep) {
  for (const auto& [module, name] : {std::pair{"torch._C", "PyTorchFileWriter"},
                                     {"torch", "PyTorchFileReader"},
                                     {"numpy", "memmap"},
                                     {"typing", "ForwardRef"},
                                     {"mmcv.ops.nms", "batched_nms"},
                                     {"mmseg.models.segmentors.encoder_decoder", "EncoderDecoder"},
                                     {"mmengine.config.config", "Config"},
                                     {"mmengine.config.config", "ConfigDict"},
                                     {"segmentation_models_pytorch", "Unet"},
                                     {"builtins", "getattr"}}) {
    EXPECT_FALSE(facts_of_global(module, name).may_be_held) << module << "." << name;
  }
  for (const auto& [module, name] : {std::pair{"torch.nn", "LayerNorm"},
                                     {"torch.nn.modules.activation", "GELU"},
                                     {"timm.layers.norm", "LayerNorm2d"},
                                     {"torch.optim.adamw", "AdamW"},
                                     {"typing", "Any"},
                                     {"builtins", "ValueError"},
                                     {"builtins", "dict"},
                                     {"torch", "FloatTensor"},
                                     {"torch.amp.grad_scaler", "_refresh_per_optimizer_state"}}) {
    EXPECT_TRUE(facts_of_global(module, name).may_be_held) << module << "." << name;
  }
}

TEST(PickleGlobals, KnowsConstantsByTheirClasses) {
  EXPECT_EQ(role("timm.layers.format", "Format"), GlobalRole::kEnum);
  EXPECT_EQ(role("torch.distributed.fsdp.api", "ShardingStrategy"), GlobalRole::kEnum);
  EXPECT_EQ(role("timm.layers.format", "get_spatial_dim"), GlobalRole::kInert);
  EXPECT_EQ(trust("torch.distributed.fsdp.api", "FullyShardedDataParallel"), GlobalTrust::kUnknown);
}

/// Protocol 2 writes names of Python 2.
TEST(PickleGlobals, KnowsPythonTwosNamesOfClasses) {
  EXPECT_EQ(global_text("exceptions", "ValueError"), "builtins.ValueError");
  EXPECT_EQ(trust("exceptions", "ValueError"), GlobalTrust::kCalled);
  EXPECT_EQ(global_text("UserDict", "IterableUserDict"), "collections.UserDict");
  EXPECT_EQ(trust("UserDict", "IterableUserDict"), GlobalTrust::kMade);
  EXPECT_LT(trust("exceptions", "eval"), GlobalTrust::kNamed);
}

TEST(PickleGlobals, KnowsTheMethodsThatObjectsHoldOfThemselves) {
  EXPECT_TRUE(is_harmless_method("torch.optim.swa_utils.SWALR", "_cosine_anneal"));
  EXPECT_TRUE(is_harmless_method("torch.nn.modules.linear.Linear", "forward"));
  EXPECT_FALSE(is_harmless_method("torch.nn.modules.linear.Linear", "register_forward_hook"));
  EXPECT_FALSE(is_harmless_method("torch.optim.sgd.SGD", "forward"));
  EXPECT_FALSE(is_harmless_method("mmengine.config.config.Config", "dump"));
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
  const GlobalFacts made = {.trust = GlobalTrust::kMade};
  EXPECT_EQ(facts_of_attribute("a.B", {}, "Inner").trust, GlobalTrust::kUnknown);
  EXPECT_EQ(facts_of_attribute("torch.nn.Conv2d", made, "Inner").trust, GlobalTrust::kShown);
  EXPECT_FALSE(facts_of_attribute("torch.nn.Conv2d", made, "Inner").is_at_hand);
  EXPECT_FALSE(facts_of_attribute("mmcv.utils.config.Config", made, "fromfile").may_be_held);
  EXPECT_TRUE(facts_of_attribute("mmengine.logging.history_buffer.HistoryBuffer", made, "mean")
                  .may_be_held);
  const GlobalFacts module = facts_of_global("torch.nn.functional", "importlib");
  EXPECT_TRUE(facts_of_attribute("torch.nn.functional.importlib", module, "Loader").is_at_hand);
  const GlobalFacts constants = facts_of_global("re", "RegexFlag");
  EXPECT_TRUE(facts_of_attribute("re.RegexFlag", constants, "DOTALL").may_be_held);
  EXPECT_FALSE(facts_of_attribute("re.RegexFlag", constants, "mro").may_be_held);
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
