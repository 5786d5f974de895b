#pragma once

#include <cstdint>

namespace harness {

/// The polynomial learning rate of the zoo's schedules, by iterations and without warm-up.
struct PolySchedule {
  double base_lr = 0.01;
  double power = 0.9;
  double min_lr = 1e-4;
  std::int64_t iterations = 80000;  ///< Of the whole training.

  /// (base_lr - min_lr) * (1 - i / iterations)^power + min_lr for the 0-based iteration i, set
  /// before the step (mmcv 1.3.14, mmcv/runner/hooks/lr_updater.py, PolyLrUpdaterHook). min_lr
  /// from `iterations` on.
  double at(std::int64_t iteration) const;
};

}  // namespace harness
