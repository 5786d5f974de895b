#include "harness/checkpoint/pickle/pickle_globals.h"

#include <algorithm>
#include <array>

#include "harness/checkpoint/tensor_view.h"

namespace harness {
namespace {

struct KnownGlobal {
  std::string_view module;
  std::string_view name;
  GlobalRole role;
};

constexpr KnownGlobal kKnown[] = {
    {"collections", "OrderedDict", GlobalRole::kOrderedDict},
    {"collections", "defaultdict", GlobalRole::kDefaultDict},
    {"builtins", "dict", GlobalRole::kDict},
    {"builtins", "list", GlobalRole::kList},
    {"builtins", "tuple", GlobalRole::kTuple},
    {"builtins", "set", GlobalRole::kSet},
    {"builtins", "frozenset", GlobalRole::kFrozenSet},
    {"builtins", "bytearray", GlobalRole::kBytes},
    {"builtins", "bytes", GlobalRole::kBytes},
    {"builtins", "slice", GlobalRole::kInert},
    {"builtins", "complex", GlobalRole::kInert},
    {"builtins", "range", GlobalRole::kInert},
    {"builtins", "int", GlobalRole::kInert},
    {"builtins", "float", GlobalRole::kInert},
    {"builtins", "bool", GlobalRole::kInert},
    {"builtins", "str", GlobalRole::kInert},
    {"builtins", "object", GlobalRole::kInert},
    {"builtins", "Ellipsis", GlobalRole::kInert},
    {"types", "SimpleNamespace", GlobalRole::kInert},
    {"_codecs", "encode", GlobalRole::kCodecsEncode},
    {"copyreg", "_reconstructor", GlobalRole::kReconstructor},
    {"torch._utils", "_rebuild_tensor", GlobalRole::kTensorV1},
    {"torch._utils", "_rebuild_tensor_v2", GlobalRole::kTensorV2},
    {"torch._utils", "_rebuild_tensor_v3", GlobalRole::kTensorV3},
    {"torch._utils", "_rebuild_parameter", GlobalRole::kParameter},
    {"torch._utils", "_rebuild_parameter_with_state", GlobalRole::kParameter},
    {"torch._tensor", "_rebuild_from_type_v2", GlobalRole::kTensorSubclass},
    {"torch.storage", "UntypedStorage", GlobalRole::kStorageClass},
    {"torch", "UntypedStorage", GlobalRole::kStorageClass},
    {"torch", "Size", GlobalRole::kTorchSize},
    {"torch", "device", GlobalRole::kTorchDevice},
    {"numpy", "dtype", GlobalRole::kNumpyDtype},
    {"numpy", "ndarray", GlobalRole::kInert},
    {"numpy.core.multiarray", "scalar", GlobalRole::kNumpyScalar},
    {"numpy.core.multiarray", "_reconstruct", GlobalRole::kNumpyArray},
    {"numpy.core.numeric", "_frombuffer", GlobalRole::kNumpyBuffer},
};

/// A module is denied together with all that lies below it.
constexpr std::string_view kDeniedModules[] = {"os",
                                               "posix",
                                               "nt",
                                               "posixpath",
                                               "ntpath",
                                               "subprocess",
                                               "_posixsubprocess",
                                               "commands",
                                               "popen2",
                                               "sys",
                                               "shutil",
                                               "socket",
                                               "_socket",
                                               "runpy",
                                               "importlib",
                                               "imp",
                                               "_imp",
                                               "zipimport",
                                               "pkgutil",
                                               "operator",
                                               "_operator",
                                               "functools",
                                               "_functools",
                                               "pickle",
                                               "_pickle",
                                               "cPickle",
                                               "pickletools",
                                               "dill",
                                               "cloudpickle",
                                               "joblib",
                                               "shelve",
                                               "marshal",
                                               "ctypes",
                                               "_ctypes",
                                               "cffi",
                                               "code",
                                               "codeop",
                                               "codecs",
                                               "_codecs",
                                               "types",
                                               "inspect",
                                               "ast",
                                               "dis",
                                               "builtins",
                                               "copyreg",
                                               "pty",
                                               "platform",
                                               "webbrowser",
                                               "ssl",
                                               "_ssl",
                                               "http",
                                               "httplib",
                                               "urllib",
                                               "urllib2",
                                               "urllib3",
                                               "requests",
                                               "httpx",
                                               "aiohttp",
                                               "ftplib",
                                               "smtplib",
                                               "telnetlib",
                                               "xmlrpc",
                                               "asyncio",
                                               "multiprocessing",
                                               "_multiprocessing",
                                               "concurrent",
                                               "threading",
                                               "_thread",
                                               "signal",
                                               "_signal",
                                               "tempfile",
                                               "io",
                                               "_io",
                                               "fileinput",
                                               "linecache",
                                               "glob",
                                               "tarfile",
                                               "zipfile",
                                               "sqlite3",
                                               "bdb",
                                               "pdb",
                                               "idlelib",
                                               "lib2to3",
                                               "timeit",
                                               "trace",
                                               "profile",
                                               "cProfile",
                                               "pydoc",
                                               "doctest",
                                               "unittest",
                                               "pytest",
                                               "pip",
                                               "setuptools",
                                               "distutils",
                                               "venv",
                                               "ensurepip",
                                               "site",
                                               "atexit",
                                               "logging.config",
                                               "gc",
                                               "weakref",
                                               "mmap",
                                               "fcntl",
                                               "resource",
                                               "select",
                                               "selectors",
                                               "socketserver",
                                               "asyncore",
                                               "cgi",
                                               "wsgiref",
                                               "imaplib",
                                               "poplib",
                                               "nntplib",
                                               "py_compile",
                                               "compileall",
                                               "rlcompleter",
                                               "cmd",
                                               "msvcrt",
                                               "winreg",
                                               "_winreg",
                                               "_winapi",
                                               "antigravity",
                                               "numpy.testing",
                                               "numpy.f2py",
                                               "numpy.distutils",
                                               "numpy.ctypeslib",
                                               "numpy.lib",
                                               "torch.hub",
                                               "torch.jit",
                                               "torch.ops",
                                               "torch.classes",
                                               "torch.serialization",
                                               "torch.package",
                                               "torch.fx",
                                               "torch._dynamo",
                                               "torch._inductor",
                                               "torch.utils.cpp_extension",
                                               "torch.utils.model_zoo",
                                               "torch.distributed.rpc",
                                               "torch.multiprocessing",
                                               "torch.testing",
                                               "torch.export",
                                               "torch.onnx",
                                               "torch.utils.bottleneck",
                                               "torch.utils.collect_env"};

constexpr KnownGlobal kDeniedNames[] = {
    {"torch", "load", GlobalRole::kDenied},
    {"torch", "compile", GlobalRole::kDenied},
    {"torch.storage", "_load_from_bytes", GlobalRole::kDenied},
    {"numpy", "load", GlobalRole::kDenied},
    {"numpy", "loadtxt", GlobalRole::kDenied},
    {"numpy", "fromfile", GlobalRole::kDenied},
    {"numpy", "memmap", GlobalRole::kDenied},
    {"numpy", "save", GlobalRole::kDenied},
};

bool is_within(std::string_view module, std::string_view package) {
  return module.substr(0, package.size()) == package &&
         (module.size() == package.size() || module[package.size()] == '.');
}

/// Dotted parts of letters, digits and "_"; "<locals>" stands in the names of local classes. What
/// Python never writes, an "о" of another alphabet above all, only means to pass for another name.
bool is_plain(std::string_view name) {
  bool begins = true;
  for (const char c : name) {
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    const bool is_other = (c >= '0' && c <= '9') || c == '<' || c == '>';
    if (c == '.' ? begins : !is_letter && !is_other) return false;
    begins = c == '.';
  }
  return !begins;
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

/// `Outer.__init__.__globals__` is a way to code, `Outer.Inner` is a class.
bool reaches_into(std::string_view name) {
  return name.find('.') != std::string_view::npos && name.find("__") != std::string_view::npos;
}

bool is_storage_class(std::string_view module, std::string_view name) {
  constexpr std::string_view kSuffix = "Storage";
  return (module == "torch" || module == "torch.cuda") && name.size() > kSuffix.size() &&
         name.substr(name.size() - kSuffix.size()) == kSuffix;
}

bool is_torch_dtype(std::string_view module, std::string_view name) {
  constexpr std::string_view kOthers[] = {"uint16",    "uint32",      "uint64",       "complex32",
                                          "complex64", "complex128",  "quint8",       "qint8",
                                          "qint32",    "float8_e5m2", "float8_e4m3fn"};
  return module == "torch" &&
         (dtype_named(name).has_value() ||
          std::find(std::begin(kOthers), std::end(kOthers), name) != std::end(kOthers));
}

/// In torch and numpy classes begin with a capital, functions do not; numpy's scalar types are
/// classes in small letters.
bool is_function(std::string_view module, std::string_view name) {
  if (!is_within(module, "torch") && !is_within(module, "numpy")) return false;
  if (is_within(module, "numpy.random")) return false;
  const std::size_t dot = name.rfind('.');
  const std::string_view last = dot == std::string_view::npos ? name : name.substr(dot + 1);
  const std::size_t letter = last.find_first_not_of('_');
  const bool capital =
      letter != std::string_view::npos && last[letter] >= 'A' && last[letter] <= 'Z';
  const bool numpy_type =
      module == "numpy" && (last.back() == '_' || (last.back() >= '0' && last.back() <= '9'));
  return !capital && !numpy_type;
}

}  // namespace

GlobalRole role_of_global(std::string_view written_module, std::string_view written_name) noexcept {
  const std::string_view module = modern_module(written_module);
  const std::string_view name = modern_name(written_module, written_name);
  const auto same = [&](const KnownGlobal& global) {
    return global.module == module && global.name == name;
  };
  const auto known = std::find_if(std::begin(kKnown), std::end(kKnown), same);
  if (known != std::end(kKnown)) return known->role;
  const bool denied =
      !is_plain(module) || !is_plain(name) || reaches_into(name) ||
      std::any_of(std::begin(kDeniedModules), std::end(kDeniedModules),
                  [&](std::string_view package) { return is_within(module, package); }) ||
      std::any_of(std::begin(kDeniedNames), std::end(kDeniedNames), same);
  if (denied) return GlobalRole::kDenied;
  if (is_storage_class(module, name)) return GlobalRole::kStorageClass;
  if (is_torch_dtype(module, name)) return GlobalRole::kTorchDtype;
  if (is_function(module, name)) return GlobalRole::kUncalled;
  return GlobalRole::kInert;
}

std::string global_text(std::string_view module, std::string_view name) {
  std::string text(modern_module(module));
  return text.append(".").append(modern_name(module, name));
}

}  // namespace harness
