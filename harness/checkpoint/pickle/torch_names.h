#pragma once

#include <span>
#include <string_view>

namespace harness {

/// Classes or functions of one package, by their names without a module: releases of a library move
/// them from module to module, and hardly ever rename them. What a module of the package has
/// imported from elsewhere (`torch.hub`, `os`) is none of them.
struct PackageNames {
  std::string_view package;
  std::string_view names;  ///< With blanks or line feeds between them.
};

/// Layers, optimizers and models of PyTorch, torchvision and timm that keep the state they are
/// given and do nothing with it. Read in PyTorch 2.11, torchvision 0.26, timm 0.4, 0.6 and 1.0:
/// none has a
/// `__new__`, `__setstate__` or `__del__` that runs what it finds.
std::span<const PackageNames> torch_classes() noexcept;

/// Those of them, and those functions, that also do no harm when they are called, whatever the
/// arguments: they compute, or make layers.
std::span<const PackageNames> torch_callables() noexcept;

}  // namespace harness
