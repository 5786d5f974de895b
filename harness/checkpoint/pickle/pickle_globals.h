#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace harness {

/// What a name (`module.name`) in a pickle means to the reader. A pickle is data here: whatever the
/// role, no code stands behind a name and nothing is ever called.
enum class GlobalRole : std::uint8_t {
  kInert,           ///< Nothing in particular. What a call would make is kept as an opaque value.
  kOrderedDict,     ///< collections.OrderedDict
  kDefaultDict,     ///< collections.defaultdict
  kCounter,         ///< collections.Counter
  kDict,            ///< builtins.dict
  kList,            ///< builtins.list
  kTuple,           ///< builtins.tuple
  kSet,             ///< builtins.set
  kFrozenSet,       ///< builtins.frozenset
  kBytes,           ///< builtins.bytearray, builtins.bytes
  kType,            ///< builtins.type: of one argument it asks for a class, of three it makes one.
  kGetattr,         ///< builtins.getattr: how protocol 2 names a nested class or a method.
  kCodecsEncode,    ///< _codecs.encode: how protocol 2 writes bytes.
  kReconstructor,   ///< copyreg._reconstructor: how protocols 0 and 1 make an object.
  kNewObject,       ///< copyreg.__newobj__, __newobj_ex__
  kTensorV1,        ///< torch._utils._rebuild_tensor
  kTensorV2,        ///< torch._utils._rebuild_tensor_v2
  kTensorV3,        ///< torch._utils._rebuild_tensor_v3
  kQuantized,       ///< torch._utils._rebuild_qtensor
  kParameter,       ///< torch._utils._rebuild_parameter
  kParameterState,  ///< torch._utils._rebuild_parameter_with_state
  kTensorSubclass,  ///< torch._tensor._rebuild_from_type_v2
  kSparse,          ///< torch._utils._rebuild_sparse_tensor, and CSR of PyTorch 1.10
  kNested,          ///< torch._utils._rebuild_nested_tensor
  kJagged,          ///< torch.nested._internal.nested_tensor._rebuild_njt
  kMeta,            ///< torch._utils._rebuild_meta_tensor_no_storage
  kWrapper,         ///< torch._utils._rebuild_wrapper_subclass
  kUninitialized,   ///< torch.nn.UninitializedParameter, of a lazy module before its first use.
  kFromNumpy,       ///< torch._utils._rebuild_device_tensor_from_numpy (XLA and other devices)
  kFromCpu,         ///< torch._utils._rebuild_device_tensor_from_cpu_tensor
  kStorageClass,    ///< torch.FloatStorage, ... and torch.storage.UntypedStorage
  kTorchDtype,      ///< torch.float16, ...
  kTorchLayout,     ///< torch.serialization._get_layout
  kTorchSize,       ///< torch.Size
  kTorchDevice,     ///< torch.device
  kEnum,            ///< A class of constants: of one plain value it gives the constant.
  kConfigDict,      ///< mmengine's ConfigDict, which pickles as a call with a dict.
  kNumpyDtype,      ///< numpy.dtype
  kNumpyScalar,     ///< numpy.core.multiarray.scalar
  kNumpyArray,      ///< numpy.core.multiarray._reconstruct
  kNumpyBuffer,     ///< numpy.core.numeric._frombuffer (protocol 5)
  kLogger,          ///< logging.getLogger: how loggers pickle. They are the whole program's.
  kArray,           ///< array.array, array._array_reconstructor
  kStructTime,      ///< time.struct_time
  kRandom,          ///< random.Random
  kZone,            ///< zoneinfo.ZoneInfo._unpickle
  kTypeAlias,       ///< operator.getitem and types.GenericAlias: how list[int] pickles.
};

/// What Python may do with a name and still run nothing that is not known to be harmless. Each
/// value includes those before it.
enum class GlobalTrust : std::uint8_t {
  kUnknown,  ///< Nothing: even to look the name up imports a module that is not known.
  kShown,    ///< Look it up: its module is there already, or known. No object may hold it: what
             ///< makes or fills an object can call what that object holds (eval, torch.load, ...).
  kNamed,    ///< Look it up, and call it with what a pickle can hand it.
  kMade,     ///< Make an object of it without calling it (NEWOBJ), and set the object's state.
  kCalled,   ///< Call it, whatever the arguments.
};

struct GlobalFacts {
  GlobalRole role = GlobalRole::kInert;
  GlobalTrust trust = GlobalTrust::kUnknown;
  /// Whether an object may hold it: it does no harm whatever it is called with. (Classes that may
  /// be made are not all of that kind: mmseg's, when they are called, build what a text names.)
  bool may_be_held = false;
  /// Whether it is there wherever PyTorch is, though no list has it: a class of numpy, or one that
  /// dots lead to from a module that is known (`torch.hub.os...`).
  bool is_at_hand = false;
};

/// The one place that decides, by a list of what is harmless: what is not on it is unknown code.
/// `name` may be dotted (protocol 4). Names that Python does not write (other letters than ASCII's,
/// blanks, empty parts) are on no list.
GlobalFacts facts_of_global(std::string_view module, std::string_view name) noexcept;

/// Of what getattr() of a class or function gives. owner: "module.Class".
GlobalFacts facts_of_attribute(std::string_view owner, const GlobalFacts& owner_facts,
                               std::string_view name) noexcept;

/// Whether getattr() of an object of a known class may give this method (`self.forward`).
bool is_harmless_method(std::string_view owner, std::string_view name) noexcept;

/// Whether objects of this class ("module.Class") are dicts that set an entry as a dict does.
bool is_dict_class(std::string_view cls) noexcept;

/// Whether `text` is one of numpy's own random bit generators or what makes them.
bool is_numpy_generator(std::string_view text) noexcept;

/// Dotted parts of letters, digits and "_"; "<locals>" stands in the names of local classes. What
/// Python never writes, an "о" of another alphabet above all, only means to pass for another name.
bool is_plain_name(std::string_view name) noexcept;

/// "module.name" under today's names: `__builtin__.xrange` of Python 2 is "builtins.range",
/// `numpy._core` is "numpy.core".
std::string global_text(std::string_view module, std::string_view name);

}  // namespace harness
