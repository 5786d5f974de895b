#include "harness/checkpoint/pickle/pickle_globals.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string>

#include "harness/checkpoint/pickle/name_lists.h"

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
    {"re", "_compile"},
    {"operator", "itemgetter"},
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
    {"itertools", "count"},
    {"ipaddress", "IPv4Address"},
    {"ipaddress", "IPv4Interface"},
    {"ipaddress", "IPv4Network"},
    {"ipaddress", "IPv6Address"},
    {"ipaddress", "IPv6Interface"},
    {"ipaddress", "IPv6Network"},
    {"logging", "getLogger", GlobalRole::kLogger},
    {"array", "array", GlobalRole::kArray},
    {"array", "_array_reconstructor", GlobalRole::kArray},
    {"time", "struct_time", GlobalRole::kStructTime},
    {"random", "Random", GlobalRole::kRandom},
    {"operator", "getitem", GlobalRole::kTypeAlias},
    {"types", "GenericAlias", GlobalRole::kTypeAlias},
    {"torch", "Size", GlobalRole::kTorchSize},
    {"torch", "device", GlobalRole::kTorchDevice},
    {"torch", "Generator"},
    {"torch._C", "Generator"},
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
    {"torch.nn.parameter", "UninitializedBuffer", GlobalRole::kUninitialized},
    {"torch.nn.parameter", "UninitializedParameter", GlobalRole::kUninitialized},
    {"torch._tensor", "_rebuild_from_type_v2", GlobalRole::kTensorSubclass},
    {"numpy", "dtype", GlobalRole::kNumpyDtype},
    {"numpy.core.multiarray", "scalar", GlobalRole::kNumpyScalar},
    {"numpy.core.multiarray", "_reconstruct", GlobalRole::kNumpyArray},
    {"numpy.ma.core", "_mareconstruct", GlobalRole::kNumpyArray},
    {"numpy.core.numeric", "_frombuffer", GlobalRole::kNumpyBuffer},
    {"numpy.random", "__RandomState_ctor"},
    {"numpy.random._pickle", "__randomstate_ctor"},
    {"numpy.random._pickle", "__generator_ctor"},
    {"numpy.random._pickle", "__bit_generator_ctor"},
    {"numpy.random.bit_generator", "__pyx_unpickle_SeedSequence"},
    {"torch.nested._internal.nested_tensor", "_rebuild_njt", GlobalRole::kJagged},
    {"mmengine.config.config", "ConfigDict", GlobalRole::kConfigDict},
};

/// Classes of which an object may be made without a call, and given a state, and which an object
/// may hold: what they are called with is kept, or refused.
constexpr KnownGlobal kHoldable[] = {
    {"argparse", "Namespace"},
    {"uuid", "UUID"},
    {"_io", "BytesIO"},
    {"collections", "ChainMap"},
    {"collections", "UserDict"},
    {"collections", "UserList"},
    {"numpy", "ndarray"},
    {"numpy", "matrix"},
    {"numpy", "recarray"},
    {"numpy", "record"},
    {"numpy.rec", "recarray"},
    {"numpy.rec", "record"},
    {"numpy.ma", "MaskedArray"},
    {"numpy.ma.core", "MaskedArray"},
    {"numpy.matrixlib.defmatrix", "matrix"},
    {"numpy.core.records", "recarray"},
    {"numpy.core.records", "record"},
    {"numpy.random._mt19937", "MT19937"},
    {"numpy.random._pcg64", "PCG64"},
    {"numpy.random._pcg64", "PCG64DXSM"},
    {"numpy.random._philox", "Philox"},
    {"numpy.random._sfc64", "SFC64"},
    {"numpy.random.bit_generator", "SeedSequence"},
    {"torch._dynamo.decorators", "_DimRange"},
    {"torch.nested._internal.nested_tensor", "NestedTensor"},
    {"torch", "Tensor"},
};

/// Classes of which an object may be made without a call, and given a state. None of them has a
/// `__new__`, a `__setstate__` or a `__del__` that does anything with it but keep it. No object may
/// hold them: Config(filename=...) reads a file.
constexpr KnownGlobal kMakeable[] = {
    {"torch.amp.grad_scaler", "GradScaler"},
    {"torch.cuda.amp.grad_scaler", "GradScaler"},
    {"torch.utils.hooks", "RemovableHandle"},
    {"addict", "Dict"},
    {"addict.addict", "Dict"},
    {"easydict", "EasyDict"},
    {"munch", "Munch"},
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
    {"mmengine.logging.history_buffer", "HistoryBuffer"},
    {"mmengine.logging.message_hub", "MessageHub"},
};

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

struct Functions {
  std::string_view module;
  std::string_view names;  ///< With a blank before and after each.
};

/// Classes whose methods an object may hold: none of these methods calls what it is given.
constexpr Functions kMethods[] = {
    {"mmengine.logging.history_buffer.HistoryBuffer", " current max mean min "},
    {"torch.optim.swa_utils.SWALR", " _cosine_anneal _linear_anneal "},
    {"torch.optim.lr_scheduler.OneCycleLR", " _annealing_cos _annealing_linear "},
    {"torch.optim.lr_scheduler.CyclicLR",
     " _exp_range_scale_fn _triangular2_scale_fn _triangular_scale_fn "}};

/// Classes that are dicts and set an entry as a dict does, or as an attribute.
constexpr KnownGlobal kDictClasses[] = {{"addict", "Dict"},
                                        {"addict.addict", "Dict"},
                                        {"easydict", "EasyDict"},
                                        {"munch", "Munch"},
                                        {"yacs.config", "CfgNode"},
                                        {"fvcore.common.config", "CfgNode"},
                                        {"detectron2.config.config", "CfgNode"},
                                        {"pytorch_lightning.utilities.parsing", "AttributeDict"},
                                        {"lightning.pytorch.utilities.parsing", "AttributeDict"},
                                        {"lightning.fabric.utilities.data", "AttributeDict"},
                                        {"lightning_fabric.utilities.data", "AttributeDict"},
                                        {"mmcv.utils.config", "ConfigDict"},
                                        {"mmengine.config.config", "ConfigDict"}};

struct Renamed {
  std::string_view before;
  std::string_view after;
};

/// Python 2 and numpy 2 moved modules; their old and new names mean the same.
std::string_view modern_module(std::string_view module) {
  constexpr Renamed kRenamed[] = {{"__builtin__", "builtins"},
                                  {"_operator", "operator"},
                                  {"exceptions", "builtins"},
                                  {"copy_reg", "copyreg"},
                                  {"UserDict", "collections"},
                                  {"UserList", "collections"},
                                  {"numpy._core.multiarray", "numpy.core.multiarray"},
                                  {"numpy._core.numeric", "numpy.core.numeric"},
                                  {"numpy._core.records", "numpy.core.records"}};
  const auto* found = std::ranges::find(kRenamed, module, &Renamed::before);
  return found == std::end(kRenamed) ? module : found->after;
}

std::string_view modern_name(std::string_view module, std::string_view name) {
  if (module == "UserDict" && name == "IterableUserDict") return "UserDict";
  if (module != "__builtin__") return name;
  if (name == "xrange") return "range";
  if (name == "unicode") return "str";
  return name == "long" ? "int" : name;
}

/// `Outer.__init__.__globals__` is a way to code, `Outer.Inner` is a class.
bool reaches_into(std::string_view name) {
  return name.find('.') != std::string_view::npos && name.find("__") != std::string_view::npos;
}

bool is_storage_class(std::string_view module, std::string_view name) {
  constexpr std::string_view kSuffix = "Storage";
  if (name.find('.') != std::string_view::npos) return false;
  if (module == "torch.storage") return name == "UntypedStorage" || name == "TypedStorage";
  return (module == "torch" || module == "torch.cuda") && name.size() > kSuffix.size() &&
         name.ends_with(kSuffix);
}

bool is_torch_dtype(std::string_view module, std::string_view name) {
  constexpr std::string_view kPrefixes[] = {"float", "bfloat", "complex", "int",
                                            "uint",  "quint",  "qint",    "bits"};
  if (module != "torch" || name.find('.') != std::string_view::npos) return false;
  if (name == "bool") return true;
  return std::ranges::any_of(kPrefixes, [name](std::string_view prefix) {
    return name.size() > prefix.size() && name.starts_with(prefix) && name[prefix.size()] >= '0' &&
           name[prefix.size()] <= '9';
  });
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

/// Does no harm whatever it is called with. `name` without a dot.
bool is_harmless_call(std::string_view module, std::string_view name) {
  return find(kHoldable, module, name) != nullptr || is_numpy_scalar_type(module, name) ||
         is_listed_callable(module, name);
}

bool is_builtin_exception(std::string_view module, std::string_view name) {
  constexpr std::string_view kEnds[] = {"Error", "Exception", "Warning", "Interrupt", "Exit"};
  return module == "builtins" && is_harmless_call(module, name) &&
         std::ranges::any_of(kEnds, [name](auto end) { return name.ends_with(end); });
}

/// Of a name with dots: a listed method of a class may be held; all else may leave the module.
GlobalFacts facts_of_dotted(std::string_view module, std::string_view name) {
  const std::size_t dot = name.rfind('.');
  const std::string owner = fmt::format("{}.{}", module, name.substr(0, dot));
  if (is_listed(kMethods, owner, name.substr(dot + 1))) {
    return {.trust = GlobalTrust::kNamed, .may_be_held = true};
  }
  const std::string_view outer = name.substr(0, name.find('.'));
  const bool is_class = outer.size() == dot && (is_listed_class(module, outer) ||
                                                find(kMakeable, module, outer) != nullptr);
  return {.trust = GlobalTrust::kShown, .is_at_hand = !is_class};
}

/// What is there wherever a checkpoint is loaded.
bool is_of_pytorch(std::string_view module) {
  return is_within(module, "torch") || is_within(module, "numpy");
}

bool is_known_module(std::string_view module) {
  return std::ranges::find(kNameableModules, module) != std::end(kNameableModules);
}

bool is_nameable(std::string_view module) {
  return module.find("__") == std::string_view::npos &&
         (is_known_module(module) || is_within_any(kNameablePackages, module));
}

GlobalFacts inert_facts(std::string_view module, std::string_view name) {
  const bool is_dotted = name.find('.') != std::string_view::npos;
  if (!is_dotted) {
    const bool may_be_held = is_harmless_call(module, name);
    const bool is_makeable = find(kMakeable, module, name) != nullptr ||
                             find(kHoldable, module, name) != nullptr ||
                             is_numpy_scalar_type(module, name) || is_listed_class(module, name);
    if (is_makeable) return {.trust = GlobalTrust::kMade, .may_be_held = may_be_held};
    if (may_be_held) return {.trust = GlobalTrust::kNamed, .may_be_held = true};
  }
  if (!is_nameable(module)) return {.is_at_hand = is_dotted && is_of_pytorch(module)};
  if (is_dotted) return facts_of_dotted(module, name);
  // `torch` itself has classes of models that were compiled or scripted, numpy has memmap.
  return {.trust = GlobalTrust::kShown, .is_at_hand = is_known_module(module) && module != "torch"};
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
  if (!is_plain_name(module) || !is_plain_name(name)) return {};
  if (reaches_into(name)) return {.is_at_hand = is_nameable(module)};
  if (const auto* known = find(kCallable, module, name)) {
    const bool may_be_held = known->role != GlobalRole::kGetattr &&
                             known->role != GlobalRole::kConfigDict &&
                             known->role != GlobalRole::kTypeAlias;
    return {.role = known->role, .trust = GlobalTrust::kCalled, .may_be_held = may_be_held};
  }
  if (is_listed_enum(module, name)) {
    return {.role = GlobalRole::kEnum, .trust = GlobalTrust::kCalled, .may_be_held = true};
  }
  if (is_builtin_exception(module, name)) {
    return {.trust = GlobalTrust::kCalled, .may_be_held = true};
  }
  // The class of time zones is there to be asked for _unpickle.
  if (module == "zoneinfo" && name == "ZoneInfo") return {.trust = GlobalTrust::kShown};
  GlobalFacts facts = inert_facts(module, name);
  const bool is_storage = is_storage_class(module, name);
  if (is_storage || is_torch_dtype(module, name)) {
    facts = {.role = is_storage ? GlobalRole::kStorageClass : GlobalRole::kTorchDtype,
             .trust = GlobalTrust::kNamed,
             .may_be_held = true};
  }
  return facts;
}

GlobalFacts facts_of_attribute(std::string_view owner, const GlobalFacts& owner_facts,
                               std::string_view name) noexcept {
  if (owner_facts.trust == GlobalTrust::kUnknown) return {};
  if (owner == "zoneinfo.ZoneInfo" && name == "_unpickle") {
    return {.role = GlobalRole::kZone, .trust = GlobalTrust::kCalled};
  }
  const bool is_constant = owner_facts.role == GlobalRole::kEnum &&
                           std::ranges::none_of(name, [](char c) { return c >= 'a' && c <= 'z'; });
  if (is_constant || is_listed(kMethods, owner, name)) {
    return {.trust = GlobalTrust::kNamed, .may_be_held = true};
  }
  return {.trust = GlobalTrust::kShown, .is_at_hand = owner_facts.trust < GlobalTrust::kMade};
}

bool is_harmless_method(std::string_view owner, std::string_view name) noexcept {
  const bool is_optimizer = is_within(owner, "torch.optim") || is_within(owner, "mmengine.optim");
  const std::size_t dot = std::min(owner.rfind('.'), owner.size());
  const bool is_module = !is_optimizer && dot < owner.size() &&
                         is_listed_class(owner.substr(0, dot), owner.substr(dot + 1));
  // A lazy layer holds hooks that make its parameters when it is first used.
  const bool is_lazy = is_within(owner, "torch.nn") && owner.substr(dot).starts_with(".Lazy");
  const bool is_lazy_hook = is_lazy && (name == "_infer_parameters" || name == "_lazy_load_hook");
  return is_listed(kMethods, owner, name) || (is_module && (name == "forward" || is_lazy_hook));
}

bool is_dict_class(std::string_view cls) noexcept {
  const std::size_t dot = std::min(cls.rfind('.'), cls.size());
  return dot < cls.size() && find(kDictClasses, cls.substr(0, dot), cls.substr(dot + 1)) != nullptr;
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
