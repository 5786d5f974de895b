#include "harness/checkpoint/pickle/python_names.h"

namespace harness {
namespace {

// Lists of names, as tight as they fit.
// clang-format off
constexpr std::string_view kBuiltins =
    R"(abs all any ascii bin callable chr classmethod divmod enumerate filter format hasattr hash hex
id isinstance issubclass iter len map max memoryview min next oct ord pow print property repr
reversed round sorted staticmethod sum super zip Ellipsis NotImplemented ArithmeticError
AssertionError AttributeError BaseException BlockingIOError BrokenPipeError BufferError
BytesWarning ChildProcessError ConnectionAbortedError ConnectionError ConnectionRefusedError
ConnectionResetError DeprecationWarning EOFError Exception FileExistsError FileNotFoundError
FloatingPointError FutureWarning GeneratorExit ImportError ImportWarning IndentationError
IndexError InterruptedError IsADirectoryError KeyError KeyboardInterrupt LookupError MemoryError
ModuleNotFoundError NameError NotADirectoryError NotImplementedError OSError OverflowError
PendingDeprecationWarning PermissionError ProcessLookupError RecursionError ReferenceError
ResourceWarning RuntimeError RuntimeWarning StopAsyncIteration StopIteration SyntaxError
SyntaxWarning SystemError SystemExit TabError TimeoutError TypeError UnboundLocalError
UnicodeDecodeError UnicodeEncodeError UnicodeError UnicodeTranslateError UnicodeWarning
UserWarning ValueError Warning ZeroDivisionError)";

constexpr std::string_view kTorch =
    R"(abs add argmax bmm cat celu celu_ clamp cos div dropout erf exp flatten hardshrink is_tensor
linspace log log_softmax matmul max mean min mul neg norm ones ones_like prelu rand randn relu
relu_ rrelu rrelu_ rsqrt selu selu_ sigmoid sigmoid_ sin softmax sqrt square stack sub sum tanh
tanh_ tensor threshold threshold_ zeros zeros_like strided sparse_coo sparse_csr sparse_csc
sparse_bsr sparse_bsc jagged contiguous_format preserve_format channels_last channels_last_3d
per_tensor_affine per_channel_affine per_tensor_symmetric per_channel_symmetric
per_channel_affine_float_qparams BFloat16Tensor BoolTensor ByteTensor CharTensor DoubleTensor
FloatTensor HalfTensor IntTensor LongTensor ShortTensor)";

constexpr std::string_view kNumpy =
    R"(abs amax amin argmax argmin array clip exp inf log max mean median min nan ones pi sqrt std sum
tanh var zeros bool_ character complexfloating flexible floating generic inexact integer number
signedinteger unsignedinteger void object_ datetime64 timedelta64)";

constexpr std::string_view kTyping =
    R"(Any Callable ClassVar Collection DefaultDict Deque Dict FrozenSet Generic Hashable Iterable
Iterator List Literal Mapping MutableMapping MutableSequence NoReturn Optional OrderedDict
Sequence Set Sized Text Tuple Type Union)";

constexpr std::string_view kMath =
    R"(acos acosh asin asinh atan atan2 atanh cbrt ceil comb copysign cos cosh degrees dist e erf erfc
exp exp2 expm1 fabs factorial floor fmod frexp fsum gamma gcd hypot inf isclose isfinite isinf
isnan isqrt lcm ldexp lgamma log log10 log1p log2 modf nan nextafter perm pi pow prod radians
remainder sin sinh sqrt tan tanh tau trunc ulp)";

// clang-format on

constexpr std::string_view kAbstract =
    "Callable Collection Container Hashable Iterable Iterator Mapping MutableMapping "
    "MutableSequence Sequence Set Sized";
constexpr std::string_view kFsdp = "BackwardPrefetch ShardingStrategy StateDictType";
constexpr std::string_view kTrainerStates = "RunningStage TrainerFn TrainerStatus";

constexpr PackageNames kPythonCallables[] = {
    {"builtins", kBuiltins},
    {"torch", kTorch},
    {"numpy", kNumpy},
    {"typing", kTyping},
    {"math", kMath},
    {"collections.abc", kAbstract},
    {"numbers", "Complex Integral Number Rational Real"},
    {"torch.amp.grad_scaler", "_refresh_per_optimizer_state"},
    {"torch.cuda.amp.grad_scaler", "_refresh_per_optimizer_state"}};

constexpr PackageNames kEnums[] = {
    {"re", "RegexFlag"},
    {"http", "HTTPStatus"},
    {"signal", "Signals"},
    {"torch.amp.grad_scaler", "OptState"},
    {"torch.cuda.amp.grad_scaler", "OptState"},
    {"torch.ao.quantization.quant_type", "QuantType"},
    {"torch.quantization.quant_type", "QuantType"},
    {"torch.distributed.fsdp.api", kFsdp},
    {"torch.distributed.fsdp.fully_sharded_data_parallel", kFsdp},
    {"torch.distributed.fsdp._common_utils", "HandleTrainingState TrainingState"},
    {"torch.distributed.algorithms._checkpoint.checkpoint_wrapper", "CheckpointImpl"},
    {"torch.nn.attention.bias", "CausalVariant"},
    {"torch.nn.parallel.distributed", "_BufferCommHookLocation"},
    {"torch.nn.utils.parametrizations", "_OrthMaps"},
    {"torchvision.transforms.functional", "InterpolationMode"},
    {"torchvision.transforms.autoaugment", "AutoAugmentPolicy"},
    {"torchvision.io.image", "ImageReadMode"},
    {"timm.layers.format", "Format"},
    {"pytorch_lightning.trainer.states", kTrainerStates},
    {"lightning.pytorch.trainer.states", kTrainerStates},
    {"pytorch_lightning.callbacks.early_stopping", "EarlyStoppingReason"},
    {"lightning.pytorch.callbacks.early_stopping", "EarlyStoppingReason"},
    {"pytorch_lightning.callbacks.timer", "Interval"},
    {"lightning.pytorch.callbacks.timer", "Interval"},
    {"pytorch_lightning.utilities.enums",
     "AMPType DeviceType DistributedType GradClipAlgorithmType _AcceleratorType _StrategyType"},
    {"lightning.pytorch.utilities.enums", "GradClipAlgorithmType"},
    {"torchmetrics.utilities.enums", "AverageMethod ClassificationTask DataType MDMCAverageMethod"},
    {"accelerate.utils.dataclasses",
     "ComputeEnvironment CustomDtype DistributedType DynamoBackend FP8BackendType LoggerType "
     "PrecisionType RNGType SageMakerDistributedType"},
    {"mmengine.runner.priority", "Priority"},
    {"mmengine.hooks.priority", "Priority"},
    {"mmcv.runner.priority", "Priority"}};

}  // namespace

std::span<const PackageNames> python_callables() noexcept {
  return kPythonCallables;
}

std::span<const PackageNames> enum_classes() noexcept {
  return kEnums;
}

}  // namespace harness
