#pragma once

#include <span>

#include "harness/checkpoint/pickle/torch_names.h"

namespace harness {

/// Functions and classes of Python, numpy and torch themselves that do no harm whatever they are
/// called with; `package` is their module. (`numpy.memmap`, `typing.ForwardRef` and
/// `torch._C.PyTorchFileWriter` are classes, too.)
std::span<const PackageNames> python_callables() noexcept;

/// Classes of constants that checkpoints hold: of one plain value each gives a constant.
std::span<const PackageNames> enum_classes() noexcept;

}  // namespace harness
