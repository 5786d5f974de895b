#pragma once

#include <span>

#include "harness/checkpoint/pickle/torch_names.h"

namespace harness {

/// Modules, models and optimizers of OpenMMLab's libraries, of efficientnet_pytorch and of
/// segmentation_models_pytorch that keep the state they are given and do nothing with it. Read in
/// mmcv 1.7 and 2.1, mmengine 0.10, mmseg 0.30 and 1.2, mmdet 2.28 and 3.3, mmcls 0.25, mmpretrain
/// 1.2. No object may hold them: when they are called, their registries build what a text names.
std::span<const PackageNames> openmmlab_classes() noexcept;

/// Functions of mmcv that compute. (batched_nms is none: it evaluates a text.)
std::span<const PackageNames> openmmlab_callables() noexcept;

}  // namespace harness
