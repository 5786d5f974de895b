#pragma once

#include <string>
#include <string_view>

namespace harness {

/// What a name (`module.name`) in a pickle means to the reader. A pickle is data here: whatever the
/// role, no code stands behind a name and nothing is ever called.
enum class GlobalRole {
  kDenied,    ///< Would be code or a way to code if a real unpickler ran it. The file is refused.
  kInert,     ///< A class that is not known. What it would make is kept as an opaque value.
  kUncalled,  ///< A function of torch or numpy: fine as a name, refused when it is called.
  kOrderedDict,     ///< collections.OrderedDict
  kDefaultDict,     ///< collections.defaultdict
  kDict,            ///< builtins.dict
  kList,            ///< builtins.list
  kTuple,           ///< builtins.tuple
  kSet,             ///< builtins.set
  kFrozenSet,       ///< builtins.frozenset
  kBytes,           ///< builtins.bytearray, builtins.bytes
  kCodecsEncode,    ///< _codecs.encode: how protocol 2 writes bytes.
  kReconstructor,   ///< copyreg._reconstructor
  kTensorV1,        ///< torch._utils._rebuild_tensor
  kTensorV2,        ///< torch._utils._rebuild_tensor_v2
  kTensorV3,        ///< torch._utils._rebuild_tensor_v3
  kParameter,       ///< torch._utils._rebuild_parameter[_with_state]
  kTensorSubclass,  ///< torch._tensor._rebuild_from_type_v2
  kStorageClass,    ///< torch.FloatStorage, ... and torch.storage.UntypedStorage
  kTorchDtype,      ///< torch.float16, ...
  kTorchSize,       ///< torch.Size
  kTorchDevice,     ///< torch.device
  kNumpyDtype,      ///< numpy.dtype
  kNumpyScalar,     ///< numpy.core.multiarray.scalar
  kNumpyArray,      ///< numpy.core.multiarray._reconstruct
  kNumpyBuffer,     ///< numpy.core.numeric._frombuffer (protocol 5)
};

/// The one place that decides. `name` may be dotted (protocol 4).
///
/// The reader is safe because it calls nothing; the names refused here are a signal to the user:
/// operating system, interpreter, import, attribute access, pickle in pickle, TorchScript, and
/// names that Python does not write (other letters than ASCII's, blanks, empty parts).
GlobalRole role_of_global(std::string_view module, std::string_view name) noexcept;

/// "module.name" under today's names: `__builtin__.xrange` of Python 2 is "builtins.range",
/// `numpy._core` is "numpy.core".
std::string global_text(std::string_view module, std::string_view name);

}  // namespace harness
