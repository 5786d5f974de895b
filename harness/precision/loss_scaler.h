#pragma once

#include <cstdint>

#include "harness/arithmetic/scaler.h"
#include "harness/base/json.h"

namespace harness {

/// The state machine of a loss scale, exact to the last bit of the scale.
class LossScaler {
 public:
  /// Throws Error(kUsage) for arguments that find_problem (arithmetic/scaler.h) refuses.
  explicit LossScaler(const ScalerOptions& options);

  ScalerType type() const noexcept { return options_.type; }

  /// The current loss scale. mmcv's scale is a double without an upper bound (it may become
  /// infinite); GradScaler's is a float (it may become 0).
  double scale() const noexcept { return scale_; }

  /// GradScaler's factor of the gradients: 1 / scale, computed in double and rounded to float.
  double inverse_scale() const noexcept;

  /// Must be called after each step. overflow: a gradient was infinite or NaN.
  void update(bool overflow);

  /// The state under the keys of the source: {cur_scale, cur_iter, mode, last_overflow_iter,
  /// scale_factor, scale_window} of mmcv, {scale, growth_factor, backoff_factor, growth_interval,
  /// _growth_tracker} of GradScaler, {} of none. An infinite scale is an infinite number, which
  /// JSON text does not keep.
  Json state() const;

  /// Restores everything from `state`, including the arguments, as the source does. Throws an
  /// Error(kInvalidFile) that names the key: missing, unknown, of another type, or of another
  /// scaler. Null (an infinite scale that went through JSON text) is refused.
  void restore(const Json& state);

 private:
  bool is_mmcv() const noexcept;
  void update_mmcv(bool overflow);
  void update_grad_scaler(bool overflow);
  void restore_mmcv(const Json& state);
  void restore_grad_scaler(const Json& state);

  ScalerOptions options_;
  double scale_;
  std::int64_t iteration_ = 0;       // mmcv's cur_iter; GradScaler's _growth_tracker.
  std::int64_t last_overflow_ = -1;  // mmcv only.
};

}  // namespace harness
