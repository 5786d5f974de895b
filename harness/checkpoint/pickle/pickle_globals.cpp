#include "harness/checkpoint/pickle/pickle_globals.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <string>

namespace harness {
namespace {

struct KnownGlobal {
  std::string_view module;
  std::string_view name;
  GlobalRole role = GlobalRole::kInert;
};

/// What may be called. Every entry was read: none of them runs anything but itself on what a pickle
/// can hand it; those whose arguments decide (getattr, type, _reconstructor, ...) have a role, and
/// PickleObjects looks at the arguments.
constexpr KnownGlobal kCallable[] = {
    {"collections", "OrderedDict", GlobalRole::kOrderedDict},
    {"collections", "defaultdict", GlobalRole::kDefaultDict},
    {"collections", "Counter", GlobalRole::kCounter},
    {"collections", "deque"},
    {"builtins", "dict", GlobalRole::kDict},
    {"builtins", "list", GlobalRole::kList},
    {"builtins", "tuple", GlobalRole::kTuple},
    {"builtins", "set", GlobalRole::kSet},
    {"builtins", "frozenset", GlobalRole::kFrozenSet},
    {"builtins", "bytearray", GlobalRole::kBytes},
    {"builtins", "bytes", GlobalRole::kBytes},
    {"builtins", "type", GlobalRole::kType},
    {"builtins", "getattr", GlobalRole::kGetattr},
    {"builtins", "slice"},
    {"builtins", "complex"},
    {"builtins", "range"},
    {"builtins", "int"},
    {"builtins", "float"},
    {"builtins", "bool"},
    {"builtins", "str"},
    {"builtins", "object"},
    {"types", "SimpleNamespace"},
    {"functools", "partial"},
    {"_codecs", "encode", GlobalRole::kCodecsEncode},
    {"copyreg", "_reconstructor", GlobalRole::kReconstructor},
    {"copyreg", "__newobj__", GlobalRole::kNewObject},
    {"copyreg", "__newobj_ex__", GlobalRole::kNewObject},
    {"datetime", "date"},
    {"datetime", "datetime"},
    {"datetime", "time"},
    {"datetime", "timedelta"},
    {"datetime", "timezone"},
    {"decimal", "Decimal"},
    {"fractions", "Fraction"},
    {"pathlib", "Path"},
    {"pathlib", "PosixPath"},
    {"pathlib", "PurePath"},
    {"pathlib", "PurePosixPath"},
    {"pathlib", "PureWindowsPath"},
    {"pathlib", "WindowsPath"},
    {"pathlib._local", "PosixPath"},
    {"pathlib._local", "WindowsPath"},
    {"uuid", "SafeUUID"},
    {"torch", "Size", GlobalRole::kTorchSize},
    {"torch", "device", GlobalRole::kTorchDevice},
    {"torch.serialization", "_get_layout", GlobalRole::kTorchLayout},
    {"torch._utils", "_rebuild_tensor", GlobalRole::kTensorV1},
    {"torch._utils", "_rebuild_tensor_v2", GlobalRole::kTensorV2},
    {"torch._utils", "_rebuild_tensor_v3", GlobalRole::kTensorV3},
    {"torch._utils", "_rebuild_qtensor", GlobalRole::kQuantized},
    {"torch._utils", "_rebuild_parameter", GlobalRole::kParameter},
    {"torch._utils", "_rebuild_parameter_with_state", GlobalRole::kParameterState},
    {"torch._utils", "_rebuild_sparse_tensor", GlobalRole::kSparse},
    {"torch._utils", "_rebuild_sparse_csr_tensor", GlobalRole::kSparse},
    {"torch._utils", "_rebuild_nested_tensor", GlobalRole::kNested},
    {"torch._utils", "_rebuild_meta_tensor_no_storage", GlobalRole::kMeta},
    {"torch._utils", "_rebuild_wrapper_subclass", GlobalRole::kWrapper},
    {"torch._utils", "_rebuild_device_tensor_from_numpy", GlobalRole::kFromNumpy},
    {"torch._utils", "_rebuild_device_tensor_from_cpu_tensor", GlobalRole::kFromCpu},
    {"torch._utils", "_rebuild_xla_tensor", GlobalRole::kFromNumpy},
    {"torch._tensor", "_rebuild_from_type_v2", GlobalRole::kTensorSubclass},
    {"numpy", "dtype", GlobalRole::kNumpyDtype},
    {"numpy.core.multiarray", "scalar", GlobalRole::kNumpyScalar},
    {"numpy.core.multiarray", "_reconstruct", GlobalRole::kNumpyArray},
    {"numpy.core.numeric", "_frombuffer", GlobalRole::kNumpyBuffer},
    {"numpy.random._pickle", "__randomstate_ctor"},
    {"numpy.random._pickle", "__generator_ctor"},
    {"numpy.random._pickle", "__bit_generator_ctor"},
    {"numpy.random.bit_generator", "__pyx_unpickle_SeedSequence"},
    {"torch.nested._internal.nested_tensor", "_rebuild_njt", GlobalRole::kJagged},
};

/// Classes of which an object may be made without a call, and given a state. None of them has a
/// `__new__`, a `__setstate__` or a `__del__` that does anything with it but keep it.
constexpr KnownGlobal kMakeable[] = {
    {"argparse", "Namespace"},
    {"uuid", "UUID"},
    {"numpy", "ndarray"},
    {"torch._dynamo.decorators", "_DimRange"},
    {"torch.nested._internal.nested_tensor", "NestedTensor"},
    {"torch", "Tensor"},
    {"torch.amp.grad_scaler", "GradScaler"},
    {"torch.cuda.amp.grad_scaler", "GradScaler"},
    {"addict", "Dict"},
    {"addict.addict", "Dict"},
    {"easydict", "EasyDict"},
    {"yacs.config", "CfgNode"},
    {"fvcore.common.config", "CfgNode"},
    {"detectron2.config.config", "CfgNode"},
    {"omegaconf.base", "ContainerMetadata"},
    {"omegaconf.base", "Metadata"},
    {"omegaconf.dictconfig", "DictConfig"},
    {"omegaconf.listconfig", "ListConfig"},
    {"omegaconf.nodes", "AnyNode"},
    {"omegaconf.nodes", "BooleanNode"},
    {"omegaconf.nodes", "FloatNode"},
    {"omegaconf.nodes", "IntegerNode"},
    {"omegaconf.nodes", "StringNode"},
    {"pytorch_lightning.utilities.parsing", "AttributeDict"},
    {"lightning.pytorch.utilities.parsing", "AttributeDict"},
    {"lightning.fabric.utilities.data", "AttributeDict"},
    {"lightning_fabric.utilities.data", "AttributeDict"},
    {"mmcv.runner.fp16_utils", "LossScaler"},
    {"mmcv.runner.log_buffer", "LogBuffer"},
    {"mmcv.utils.config", "Config"},
    {"mmcv.utils.config", "ConfigDict"},
    {"mmengine.config.config", "Config"},
    {"mmengine.config.config", "ConfigDict"},
    {"mmengine.logging.history_buffer", "HistoryBuffer"},
    {"mmengine.logging.message_hub", "MessageHub"},
};

/// Packages whose classes are modules of a network, optimizers and their like: what a model that
/// was saved whole is made of. They keep their state and do nothing with it before they are used.
constexpr std::string_view kMakeablePackages[] = {"torch.nn",
                                                  "torch.optim",
                                                  "torchvision.models",
                                                  "torchvision.ops",
                                                  "timm.layers",
                                                  "timm.models",
                                                  "mmcv.cnn",
                                                  "mmcv.ops",
                                                  "mmseg.models",
                                                  "mmdet.models",
                                                  "mmcls.models",
                                                  "mmpretrain.models",
                                                  "mmengine.model",
                                                  "mmengine.optim",
                                                  "mmcv.parallel",
                                                  "mmcv.runner.optimizer",
                                                  "efficientnet_pytorch",
                                                  "segmentation_models_pytorch"};

/// Modules that PyTorch, numpy or Python itself have imported before any file is read: to look a
/// name up in them runs nothing. (Whatever has a way to call it is refused where it is called.)
constexpr std::string_view kNameableModules[] = {
    "builtins",      "collections",      "collections.abc", "datetime", "math",
    "numbers",       "typing",           "torch",           "torch._C", "torch._C._nn",
    "torch._tensor", "torch.functional", "torch.storage",   "numpy",    "numpy.core.multiarray"};

/// The same with all that lies below them, and the libraries that published segmentation models
/// are made with.
constexpr std::string_view kNameablePackages[] = {
    "torch.nn",        "torch.optim", "torch.amp",  "torch.cuda.amp",    "numpy.random",
    "torchvision",     "timm",        "mmcv",       "mmengine",          "mmseg",
    "mmdet",           "mmcls",       "mmpretrain", "detectron2",        "fvcore",
    "omegaconf",       "yacs",        "addict",     "pytorch_lightning", "lightning",
    "lightning_fabric"};

/// Modules whose functions compute with tensors and numbers, and do nothing else.
constexpr std::string_view kMathPackages[] = {"math",           "torch.functional", "torch._C._nn",
                                              "torch.nn.init",  "mmcv.ops",         "timm.layers",
                                              "torchvision.ops"};

struct Functions {
  std::string_view module;
  std::string_view names;  ///< With a blank before and after each.
};

/// Of modules that hold other functions besides: those that an object may hold, and values.
constexpr Functions kHarmless[] = {
    {"builtins",
     " abs all any ascii bin callable chr classmethod divmod enumerate filter format hasattr hash "
     "hex id isinstance issubclass iter len map max memoryview min next oct ord pow print property "
     "repr reversed round sorted staticmethod sum super zip "},
    {"torch",
     " abs add argmax bmm cat celu celu_ clamp cos div dropout erf exp flatten hardshrink "
     "is_tensor linspace log log_softmax matmul max mean min mul neg norm ones ones_like prelu "
     "rand randn relu relu_ rrelu rrelu_ rsqrt selu selu_ sigmoid sigmoid_ sin softmax sqrt square "
     "stack sub sum tanh tanh_ tensor threshold threshold_ zeros zeros_like "
     "strided sparse_coo sparse_csr sparse_csc sparse_bsr sparse_bsc jagged "
     "contiguous_format preserve_format channels_last channels_last_3d "
     "per_tensor_affine per_channel_affine per_tensor_symmetric per_channel_symmetric "
     "per_channel_affine_float_qparams "},
    {"numpy",
     " abs amax amin argmax argmin array clip exp inf log max mean median min nan ones pi sqrt std "
     "sum tanh var zeros "},
};

/// Classes whose methods an object may hold: none of these methods calls what it is given.
constexpr Functions kMethods[] = {
    {"mmengine.logging.history_buffer.HistoryBuffer", " current max mean min "}};

bool is_within(std::string_view module, std::string_view package) {
  return module.starts_with(package) &&
         (module.size() == package.size() || module[package.size()] == '.');
}

/// Python 2 and numpy 2 moved modules; their old and new names mean the same.
std::string_view modern_module(std::string_view module) {
  constexpr std::array<std::array<std::string_view, 2>, 4> kRenamed = {
      {{"__builtin__", "builtins"},
       {"copy_reg", "copyreg"},
       {"numpy._core.multiarray", "numpy.core.multiarray"},
       {"numpy._core.numeric", "numpy.core.numeric"}}};
  for (const auto& [before, after] : kRenamed) {
    if (module == before) return after;
  }
  return module;
}

std::string_view modern_name(std::string_view module, std::string_view name) {
  if (module != "__builtin__") return name;
  if (name == "xrange") return "range";
  if (name == "unicode") return "str";
  return name == "long" ? "int" : name;
}

std::string_view last_part(std::string_view dotted) {
  return dotted.substr(dotted.rfind('.') + 1);
}

/// `Outer.__init__.__globals__` is a way to code, `Outer.Inner` is a class.
bool reaches_into(std::string_view name) {
  return name.find('.') != std::string_view::npos && name.find("__") != std::string_view::npos;
}

bool is_storage_class(std::string_view module, std::string_view name) {
  constexpr std::string_view kSuffix = "Storage";
  if (module == "torch.storage") return name == "UntypedStorage" || name == "TypedStorage";
  return (module == "torch" || module == "torch.cuda") && name.size() > kSuffix.size() &&
         name.ends_with(kSuffix);
}

bool is_torch_dtype(std::string_view module, std::string_view name) {
  constexpr std::string_view kPrefixes[] = {"float", "bfloat", "complex", "int",
                                            "uint",  "quint",  "qint",    "bits"};
  if (module != "torch") return false;
  if (name == "bool") return true;
  return std::ranges::any_of(kPrefixes, [name](std::string_view prefix) {
    return name.size() > prefix.size() && name.starts_with(prefix) && name[prefix.size()] >= '0' &&
           name[prefix.size()] <= '9';
  });
}

/// In the packages of the lists classes begin with a capital, functions do not.
bool is_class_name(std::string_view name) {
  const std::string_view last = last_part(name);
  const std::size_t letter = last.find_first_not_of('_');
  return letter != std::string_view::npos && last[letter] >= 'A' && last[letter] <= 'Z';
}

/// float64, str_, ...: numpy's scalar types, which hold a value and do nothing.
bool is_numpy_scalar_type(std::string_view module, std::string_view name) {
  constexpr std::string_view kWords[] = {"bool", "float", "complex", "int", "uint", "str", "bytes"};
  return module == "numpy" && std::ranges::any_of(kWords, [name](std::string_view word) {
           const std::string_view rest = name.substr(std::min(word.size(), name.size()));
           return name.starts_with(word) && !rest.empty() &&
                  rest.find_first_not_of("0123456789_") == std::string_view::npos;
         });
}

template <std::size_t kCount>
const KnownGlobal* find(const KnownGlobal (&list)[kCount], std::string_view module,
                        std::string_view name) {
  const auto same = [&](const KnownGlobal& global) {
    return global.module == module && global.name == name;
  };
  const auto* found = std::find_if(std::begin(list), std::end(list), same);
  return found == std::end(list) ? nullptr : found;
}

template <std::size_t kCount>
bool is_within_any(const std::string_view (&packages)[kCount], std::string_view module) {
  return std::ranges::any_of(packages,
                             [module](auto package) { return is_within(module, package); });
}

template <std::size_t kCount>
bool is_listed(const Functions (&lists)[kCount], std::string_view module, std::string_view name) {
  return std::ranges::any_of(lists, [&](const Functions& list) {
    const std::size_t at = list.names.find(name);
    return list.module == module && at != std::string_view::npos && at > 0 &&
           list.names[at - 1] == ' ' && list.names[at + name.size()] == ' ';
  });
}

/// Classes keep what they are given; of functions those that are listed.
bool may_be_held(std::string_view module, std::string_view name) {
  if (is_class_name(name)) return true;
  const std::size_t dot = name.rfind('.');
  if (dot != std::string_view::npos) {
    return is_listed(kMethods, fmt::format("{}.{}", module, name.substr(0, dot)),
                     name.substr(dot + 1));
  }
  return module == "torch.nn.functional" || is_within_any(kMathPackages, module) ||
         is_listed(kHarmless, module, name);
}

GlobalTrust trust_of(std::string_view module, std::string_view name) {
  const bool makeable = find(kMakeable, module, name) != nullptr ||
                        is_numpy_scalar_type(module, name) ||
                        (is_class_name(name) && is_within_any(kMakeablePackages, module));
  if (makeable) return GlobalTrust::kMade;
  const bool nameable = std::ranges::find(kNameableModules, module) != std::end(kNameableModules) ||
                        is_within_any(kNameablePackages, module);
  if (!nameable || module.find("__") != std::string_view::npos) return GlobalTrust::kUnknown;
  return may_be_held(module, name) ? GlobalTrust::kNamed : GlobalTrust::kShown;
}

}  // namespace

bool is_plain_name(std::string_view name) noexcept {
  bool begins = true;
  for (const char c : name) {
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    const bool is_other = (c >= '0' && c <= '9') || c == '<' || c == '>';
    if (c == '.' ? begins : !is_letter && !is_other) return false;
    begins = c == '.';
  }
  return !begins;
}

GlobalFacts facts_of_global(std::string_view written_module,
                            std::string_view written_name) noexcept {
  const std::string_view module = modern_module(written_module);
  const std::string_view name = modern_name(written_module, written_name);
  if (!is_plain_name(module) || !is_plain_name(name) || reaches_into(name)) return {};
  if (const auto* known = find(kCallable, module, name)) {
    return {known->role, GlobalTrust::kCalled};
  }
  if (is_storage_class(module, name)) return {GlobalRole::kStorageClass, GlobalTrust::kNamed};
  if (is_torch_dtype(module, name)) return {GlobalRole::kTorchDtype, GlobalTrust::kNamed};
  return {GlobalRole::kInert, trust_of(module, name)};
}

GlobalTrust trust_of_attribute(std::string_view owner, GlobalTrust owner_trust,
                               std::string_view name) noexcept {
  const bool is_plain = is_class_name(name) || is_listed(kMethods, owner, name);
  return std::min(owner_trust, is_plain ? GlobalTrust::kNamed : GlobalTrust::kShown);
}

bool is_numpy_generator(std::string_view text) noexcept {
  constexpr std::string_view kNames[] = {"numpy.random._pickle.__bit_generator_ctor",
                                         "numpy.random._mt19937.MT19937",
                                         "numpy.random._pcg64.PCG64",
                                         "numpy.random._pcg64.PCG64DXSM",
                                         "numpy.random._philox.Philox",
                                         "numpy.random._sfc64.SFC64",
                                         "numpy.random.bit_generator.SeedSequence"};
  return std::ranges::find(kNames, text) != std::end(kNames);
}

std::string global_text(std::string_view module, std::string_view name) {
  std::string text(modern_module(module));
  return text.append(".").append(modern_name(module, name));
}

}  // namespace harness
